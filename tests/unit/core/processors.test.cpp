#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "core/processors.hpp"

namespace gyre::detail {
namespace {

namespace fs = std::filesystem;

/// Files of a made-up system, below a folder of their own.
class made_system {
 public:
  made_system() {
    std::string name = (fs::temp_directory_path() / "gyre_quota_XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~made_system() { fs::remove_all(root_); }
  made_system(made_system const&) = delete;
  made_system& operator=(made_system const&) = delete;

  made_system& file(std::string const& path, std::string const& text) {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
    return *this;
  }
  [[nodiscard]] std::optional<double> quota() const { return cpu_quota(root_); }

 private:
  std::string root_;
};

constexpr char const* second =
    "24 1 0:22 / /proc rw shared:5 - proc proc rw\n"
    "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr char const* first =
    "31 24 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n";

TEST(cpu_quota, second_version_of_its_own_group) {
  made_system s;
  s.file("/proc/self/mountinfo", second).file("/proc/self/cgroup", "0::/app\n");
  s.file("/sys/fs/cgroup/app/cpu.max", "50000 100000\n");
  EXPECT_EQ(s.quota(), 0.5);
}

TEST(cpu_quota, least_of_the_groups_above) {
  made_system s;
  s.file("/proc/self/mountinfo", second).file("/proc/self/cgroup", "0::/slice/app/part\n");
  s.file("/sys/fs/cgroup/slice/app/part/cpu.max", "max 100000\n");
  s.file("/sys/fs/cgroup/slice/app/cpu.max", "400000 100000\n");
  s.file("/sys/fs/cgroup/slice/cpu.max", "300000 200000\n");
  EXPECT_EQ(s.quota(), 1.5);
}

TEST(cpu_quota, none_is_none) {
  made_system s;
  EXPECT_EQ(s.quota(), std::nullopt) << "nothing can be read";
  s.file("/proc/self/mountinfo", second).file("/proc/self/cgroup", "0::/app\n");
  EXPECT_EQ(s.quota(), std::nullopt) << "no file of its bound";
  for (char const* text : {"max 100000\n", "", "0 100000\n", "-1 100000\n", "50000\n", "x y\n"}) {
    s.file("/sys/fs/cgroup/app/cpu.max", text);
    EXPECT_EQ(s.quota(), std::nullopt) << text;
  }
}

// A container sees its own group as the root, and the path of its processes as "/".
TEST(cpu_quota, in_a_container) {
  made_system s;
  s.file("/proc/self/mountinfo", second).file("/proc/self/cgroup", "0::/\n");
  s.file("/sys/fs/cgroup/cpu.max", "250000 100000\n");
  EXPECT_EQ(s.quota(), 2.5);
}

TEST(cpu_quota, where_the_mount_begins_below_the_root_of_all_groups) {
  made_system s;
  s.file("/proc/self/mountinfo", "30 24 0:26 /pods/7 /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n");
  s.file("/proc/self/cgroup", "0::/pods/7/app\n");
  s.file("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  s.file("/sys/fs/cgroup/app/cpu.max", "100000 100000\n");
  EXPECT_EQ(s.quota(), 1.0);
  s.file("/proc/self/cgroup", "0::/../8\n");
  EXPECT_EQ(s.quota(), 2.0) << "a group that is not shown";
}

TEST(cpu_quota, first_version) {
  made_system s;
  s.file("/proc/self/mountinfo", first);
  s.file("/proc/self/cgroup", "5:memory:/app\n4:cpu,cpuacct:/app\n1:name=systemd:/\n");
  std::string const group = "/sys/fs/cgroup/cpu,cpuacct/app";
  s.file(group + "/cpu.cfs_quota_us", "-1\n").file(group + "/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(s.quota(), std::nullopt);
  s.file(group + "/cpu.cfs_quota_us", "150000\n");
  EXPECT_EQ(s.quota(), 1.5);
}

TEST(cpu_quota, both_versions_side_by_side) {
  made_system s;
  s.file("/proc/self/mountinfo", std::string(first) + second);
  s.file("/proc/self/cgroup", "4:cpu,cpuacct:/a\n0::/a\n");
  s.file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "80000\n");
  s.file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(s.quota(), 0.8);
}

TEST(usable_cores, are_no_more_than_the_allowed_and_at_least_one) {
  auto const cores = allowed_cores();
  ASSERT_FALSE(cores.empty());
  EXPECT_GE(usable_cores(), 1U);
  EXPECT_LE(usable_cores(), cores.size());
}

TEST(restrict_thread, is_undone_by_the_cores_of_before) {
  auto const before = allowed_cores();
  std::thread([&] {
    ASSERT_EQ(restrict_this_thread({before.front()}), 0);
    EXPECT_EQ(allowed_cores(), std::vector<int>{before.front()});
    ASSERT_EQ(restrict_this_thread(before), 0);
    EXPECT_EQ(allowed_cores(), before);
  }).join();
}

// `cpu_set_t` ends at core 1023: what stands beyond is refused by the system, not written there.
TEST(restrict_thread, cores_that_cannot_be_are_refused) {
  auto const before = allowed_cores();
  for (int core : {-1, 1023 + before.back(), 4096, 100'000, 2'000'000'000}) {
    EXPECT_NE(restrict_this_thread({core}), 0) << core;
    EXPECT_NE(restrict_thread(::pthread_self(), core), 0) << core;
  }
  EXPECT_NE(restrict_this_thread({}), 0);
  EXPECT_EQ(allowed_cores(), before);
}

TEST(list_of, a_thousand_cores_are_a_short_text) {
  EXPECT_EQ(list_of({}), "");
  EXPECT_EQ(list_of({3}), "3");
  EXPECT_EQ(list_of({0, 1}), "0 1");
  EXPECT_EQ(list_of({0, 1, 2, 3, 8, 10, 11}), "0-3 8 10 11");
  std::vector<int> many;
  for (int i = 0; i < 5000; ++i) many.push_back(i);
  EXPECT_EQ(list_of(many), "0-4999");
}

}  // namespace
}  // namespace gyre::detail
