#include "contract_messages.hpp"
#include <memory>

#include "csharp_types.hpp"
#include "graph_types.hpp"
#include "vector_types.hpp"

namespace vector_types {

using namespace csharp;

namespace {
/// A Nullable of a struct that holds a reference: an object of one member, where there is one.
struct boxed {
  holder<text> nullable_struct;
};
}  // namespace

void add_objects(registry& all) {
  using i32 = std::int32_t;
  all["Tuple<int,int>"] = as<optional<two<i32, i32>>>();
  all["Lazy<int>"] = as<optional<holder<i32>>>();
  all["int[,]"] = as<optional<wire::grid<i32, 2>>>();
  all["int[,,]"] = as<optional<wire::grid<i32, 3>>>();
  all["int[,,,]"] = as<optional<wire::grid<i32, 4>>>();
  all["string[,]"] = as<optional<wire::grid<text, 2>>>();
  all["Version"] = as<optional<version>>();
  all["class{byteX;struct{byteA;intB}S;byteY}"] = as<optional<with_padded>>(form::padded);
  all["struct{byteA;intB}"] = as<padded>(form::padded);
  all["struct{string}"] = as<holder<text>>();
  all["struct{stringMyProperty}"] = all["struct{string}"];
  all["(struct{string})?"] = as<optional<boxed>>();
  all["class"] = as<optional<empty>>();
  all["class{}"] = all["class"];
  all["class{intMyProperty}"] = as<optional<holder<i32>>>();
  all["class{int;string}"] = as<optional<two<i32, text>>>();
  all["class[SerializeLayout.Explicit]{0:int;1:string}"] = all["class{int;string}"];
  all["class{BasicInner;int[]Values}"] =
      as<optional<two<optional<nested>, optional<vector<i32>>>>>();
  all["class{bool;byte;sbyte;short}"] = as<optional<mixed_scalars>>();
  all["classRec{RecId}"] = as<std::unique_ptr<recursive>>();
  all["classDerived1:StandardBase"] = as<optional<four_ints>>();
  all["classAllConvertableType(43members,SandboxWebApp/Models.cs)"] =
      as<optional<all_convertable>>(form::padded);
  all["union"] = as<optional<moge_union>>(form::padded);
  all["interfaceunion"] = all["union"];
  all["interfaceunion,tag0class{int?}"] = all["union"];
  all["interfaceunion,tag1class{string}"] = all["union"];
  all["[VersionTolerant]class"] = as<optional<tolerant<>>>();
  all["[VersionTolerant]class{}"] = all["[VersionTolerant]class"];
  all["[VersionTolerant]{0:int;1:string}"] = as<optional<tolerant<i32, text>>>();
  all["[VersionTolerant]{0:string}"] = as<optional<tolerant<text>>>();
  all["[VersionTolerant]{0:byte[]}"] = as<optional<tolerant<optional<vector<std::uint8_t>>>>>();
  all["[CircularReference]{0:intValue;1:selfNext}"] = as<std::shared_ptr<graph::self>>();
  all["[CircularReference]{0:int;1:ulong}"] = as<std::shared_ptr<graph::pure>>();
  all["[CircularReference]Node{0:Parent;1:Children}"] = as<std::shared_ptr<graph::tree>>();
  all["vector_add_request"] = as<contract::vector_add_request>(form::padded);
  all["vector_add_response"] = as<contract::vector_add_response>(form::padded);
}

}  // namespace vector_types
