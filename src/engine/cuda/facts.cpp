#include <cstdlib>
#include <fstream>
#include <string_view>

#include "facts.hpp"

namespace gyre::cuda {
namespace {

/// The oldest devices whose lanes make progress by themselves, and that this build has code for.
constexpr int least_major = 7;
constexpr int least_minor = 5;

/// What in this process's surroundings would stop a kernel that stays; empty if nothing does.
std::string wrong_around() {
  char const* const blocking = std::getenv("CUDA_LAUNCH_BLOCKING");
  if (blocking != nullptr && std::string_view(blocking) != "0" && *blocking != '\0') {
    return "CUDA_LAUNCH_BLOCKING is set: each launch would wait for a kernel that stays";
  }
  std::ifstream release("/proc/sys/kernel/osrelease");
  std::string text;
  if (std::getline(release, text) && text.find("microsoft") != std::string::npos) {
    return "under WSL2 host and device do not see each other's writes while a kernel runs";
  }
  return {};
}

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, which, device) != cudaSuccess) return 0;
  return value;
}

}  // namespace

result<void> check(cudaError_t status, std::string const& what) {
  if (status == cudaSuccess) return {};
  return fail(errc::engine_failed, what + ": " + cudaGetErrorString(status));
}

result<device_facts> inspect(int index) {
  int count = 0;
  switch (cudaError_t const status = cudaGetDeviceCount(&count); status) {
    case cudaSuccess: break;
    case cudaErrorInsufficientDriver: return fail(errc::unsupported, "built, no driver");
    case cudaErrorNoDevice: return fail(errc::unsupported, "built, a driver, but no device");
    default:
      return fail(errc::unsupported,
                  std::string("built, but the driver says: ") + cudaGetErrorString(status));
  }
  if (index < 0 || index >= count) {
    return fail(errc::unsupported,
                "device " + std::to_string(index) + ", there are " + std::to_string(count));
  }
  device_facts facts;
  facts.index = index;
  cudaDeviceProp properties{};
  if (auto r = check(cudaGetDeviceProperties(&properties, index), "device properties"); !r) {
    return fail(errc::unsupported, r.error().context);
  }
  facts.name = properties.name;
  facts.major = properties.major;
  facts.minor = properties.minor;
  facts.multiprocessors = static_cast<std::uint32_t>(properties.multiProcessorCount);

  std::string const device = facts.name + ": ";
  if (facts.major < least_major || (facts.major == least_major && facts.minor < least_minor)) {
    return fail(errc::unsupported, device + "compute capability " + std::to_string(facts.major) +
                                       "." + std::to_string(facts.minor) + ", wanted 7.5 or newer");
  }
  if (attribute(cudaDevAttrCooperativeLaunch, index) == 0) {
    return fail(errc::unsupported, device + "it has no cooperative launch");
  }
  if (attribute(cudaDevAttrCanMapHostMemory, index) == 0 ||
      attribute(cudaDevAttrUnifiedAddressing, index) == 0) {
    return fail(errc::unsupported, device + "host memory cannot be mapped at its own address");
  }
  facts.cannot_stay = attribute(cudaDevAttrKernelExecTimeout, index) != 0
                          ? "a watchdog ends long kernels on it (a display?)"
                          : wrong_around();
  return facts;
}

}  // namespace gyre::cuda
