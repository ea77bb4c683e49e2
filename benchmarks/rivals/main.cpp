#include <string>

#include "rivals.hpp"
#include "table.hpp"

namespace {

template <class Message>
void add_all() {
  struct contestant {
    char const* library;
    void (*encode)(benchmark::State&);
    void (*decode)(benchmark::State&);
  };
  contestant const all[] = {
      {"gyre", rivals::by_gyre<Message>::encode, rivals::by_gyre<Message>::decode},
      {"msgpack", rivals::by_msgpack<Message>::encode, rivals::by_msgpack<Message>::decode},
      {"flatbuffers", rivals::by_flatbuffers<Message>::encode,
       rivals::by_flatbuffers<Message>::decode},
      {"capnproto", rivals::by_capnproto<Message>::encode, rivals::by_capnproto<Message>::decode},
      {"protobuf", rivals::by_protobuf<Message>::encode, rivals::by_protobuf<Message>::decode},
  };
  std::string const bytes = std::to_string(rivals::bytes_of<Message>);
  for (auto const& c : all) {
    benchmark::RegisterBenchmark((bytes + "/encode/" + c.library).c_str(), c.encode);
  }
  for (auto const& c : all) {
    benchmark::RegisterBenchmark((bytes + "/decode/" + c.library).c_str(), c.decode);
  }
}

}  // namespace

int main(int argc, char** argv) {
  add_all<rivals::reading>();
  add_all<rivals::remark>();
  add_all<rivals::monster>();
  add_all<rivals::request>();
  // What the command line says comes after, and so counts.
  std::vector<char*> arguments{argv[0]};
  std::string defaults[] = {"--benchmark_enable_random_interleaving=true",
                            "--benchmark_repetitions=15", "--benchmark_min_time=0.02"};
  for (auto& argument : defaults) arguments.push_back(argument.data());
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  rivals::table table({"gyre", "msgpack", "flatbuffers", "capnproto", "protobuf"});
  benchmark::RunSpecifiedBenchmarks(&table);
  benchmark::Shutdown();
  return table.failed() ? 1 : 0;
}
