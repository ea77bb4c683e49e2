# The messages of src/tools/bench/wire/messages.hpp.
@0x8fc3a2e8129b80eb;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("rivals::capn");

enum Quality {
  unknown @0;
  poor @1;
  good @2;
}

struct Reading {
  sensor @0 :UInt64;
  timeNs @1 :Int64;
  value @2 :Float64;
  channel @3 :UInt16;
  how @4 :Quality;
  valid @5 :Bool;
}

struct Remark {
  id @0 :Int64;
  text @1 :Text;
  line @2 :Int32;
  weight @3 :Float64;
}

struct Vec3 {
  x @0 :Float32;
  y @1 :Float32;
  z @2 :Float32;
}

enum Color {
  red @0;
  green @1;
  blue @2;
}

struct Weapon {
  name @0 :Text;
  damage @1 :Int16;
}

struct Monster {
  position @0 :Vec3;
  mana @1 :Int16;
  health @2 :Int16;
  name @3 :Text;
  inventory @4 :Data;
  tint @5 :Color;
  weapons @6 :List(Weapon);
  equipped @7 :Weapon;
  path @8 :List(Vec3);
}

struct Request {
  messageId @0 :Data;
  priority @1 :UInt8;
  correlationId @2 :Data;
  length @3 :Int32;
  operation @4 :Int32;
  useGpuMemory @5 :Bool;
  a @6 :UInt64;
  b @7 :UInt64;
  result @8 :UInt64;
  inlineA @9 :List(Float32);
  inlineB @10 :List(Float32);
}
