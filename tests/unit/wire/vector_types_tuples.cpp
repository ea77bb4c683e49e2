#include "csharp_types.hpp"
#include "vector_types.hpp"

namespace vector_types {

void add_tuples(registry& all) {
  using i32 = std::int32_t;
  using csharp::text;
  using std::pair;
  using std::tuple;
  using ints = tuple<i32, i32>;
  using three = tuple<i32, i32, i32>;
  all["(int,string,bool)"] = as<tuple<i32, text, bool>>();
  all["(int,string,bool,float)"] = as<tuple<i32, text, bool, float>>();
  all["(int,int)"] = as<ints>();
  all["(DateTime,long)"] = as<tuple<wire::date_time, std::int64_t>>();
  all["(DateOnly,int)"] = as<tuple<wire::date_only, i32>>();
  all["(Half,short)"] = as<tuple<wire::half, std::int16_t>>();
  all["(Rune,int)"] = as<tuple<char32_t, i32>>();
  all["(TimeSpan,double)"] = as<tuple<wire::time_span, double>>();
  all["(byte,int)"] = as<tuple<std::uint8_t, i32>>(form::padded);
  all["(int,int,int)"] = as<three>(form::padded);
  all["(float,float,float)"] = as<tuple<float, float, float>>(form::padded);
  all["(int,int,int)[]"] = as<optional<vector<three>>>(form::padded);
  all["(int,(int,int))"] = as<tuple<i32, ints>>(form::padded);
  all["(byte,(int,int))"] = as<tuple<std::uint8_t, ints>>(form::padded);
  all["KeyValuePair<byte,(int,int)>"] = as<pair<std::uint8_t, ints>>(form::padded);
  all["Dictionary<int,(int,int)>"] = as<vector<pair<i32, ints>>>(form::padded);
  all["Dictionary<byte,(int,int)>"] = as<vector<pair<std::uint8_t, ints>>>(form::padded);
  all["Dictionary<Guid,int?>"] = as<vector<pair<gyre::uuid, optional<i32>>>>(form::padded);
  all["Dictionary<byte,int>"] = as<vector<pair<std::uint8_t, i32>>>(form::padded);
  all["KeyValuePair<byte,long>"] = as<pair<std::uint8_t, std::int64_t>>(form::padded);
}

}  // namespace vector_types
