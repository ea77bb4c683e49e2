#!/usr/bin/env bash
# usage: scripts/gather_gpu_kit.sh [FOLDER]
#
# Gathers what the preset `gpu` needs beside nvcc, g++, cmake and ninja into FOLDER (.gpu-kit, which
# git ignores, if not said), for machines with no network and none of the Debian packages: the
# headers of tl-expected, fmt, CLI11 and nlohmann-json, GoogleTest's sources, and a CMake package for
# each. `./dev gpu` uses the folder if it is there. What stood in FOLDER before is replaced.
#
# Needs the packages libexpected-dev, libfmt-dev, libcli11-dev, nlohmann-json3-dev and googletest
# (which libgtest-dev brings). Exit status: 0 done, 1 a package is missing or the kit is too large,
# 2 wrong use.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

greatest_kib=$((20 * 1024))
kit=${1:-.gpu-kit}
if (($# > 1)); then
  echo "usage: scripts/gather_gpu_kit.sh [FOLDER]" >&2
  exit 2
fi
if [[ -d $kit && ! -f $kit/.gyre-gpu-kit && -n $(ls -A "$kit") ]]; then
  echo "gather_gpu_kit: $kit is there and is no kit; name another folder" >&2
  exit 2
fi

missing=()
wants() { [[ -e $2 ]] || missing+=("$1 ($2)"); }
headers=/usr/include
googletest=/usr/src/googletest
wants libexpected-dev $headers/tl/expected.hpp
wants libfmt-dev $headers/fmt/format-inl.h
wants libcli11-dev $headers/CLI/CLI.hpp
wants nlohmann-json3-dev $headers/nlohmann/json.hpp
wants googletest $googletest/googletest/src/gtest-all.cc
wants googletest $googletest/googlemock/src/gmock-all.cc
if ((${#missing[@]} > 0)); then
  printf 'gather_gpu_kit: missing: %s\n' "${missing[@]}" >&2
  exit 1
fi

rm -rf "$kit"
mkdir -p "$kit/include" "$kit/src/googletest" "$kit/lib/cmake"
touch "$kit/.gyre-gpu-kit"
for folder in tl fmt CLI nlohmann; do cp -rL "$headers/$folder" "$kit/include/"; done
for part in googletest googlemock; do
  mkdir -p "$kit/src/googletest/$part"
  cp -rL "$googletest/$part/include" "$googletest/$part/src" "$kit/src/googletest/$part/"
done

# package NAME: standard input becomes its CMake package, found by find_package(NAME).
package() {
  mkdir -p "$kit/lib/cmake/$1"
  cat >"$kit/lib/cmake/$1/$1Config.cmake"
}

# headers NAME TARGET [DEFINITION]: the package of a library that is headers alone.
headers_alone() {
  package "$1" <<CMAKE
if(NOT TARGET $2)
  add_library($2 INTERFACE IMPORTED)
  target_include_directories($2 SYSTEM INTERFACE "\${CMAKE_CURRENT_LIST_DIR}/../../../include")
  target_compile_definitions($2 INTERFACE $3)
endif()
CMAKE
}
headers_alone tl-expected tl::expected ""
headers_alone fmt fmt::fmt FMT_HEADER_ONLY=1
headers_alone CLI11 CLI11::CLI11 ""
headers_alone nlohmann_json nlohmann_json::nlohmann_json ""

package GTest <<'CMAKE'
# GoogleTest, built from its sources by whoever finds it.
if(NOT TARGET GTest::gtest)
  find_package(Threads REQUIRED)
  set(_kit "${CMAKE_CURRENT_LIST_DIR}/../../../src/googletest")
  foreach(_part IN ITEMS gtest gmock)
    string(REPLACE "gtest" "googletest" _folder "${_part}")
    string(REPLACE "gmock" "googlemock" _folder "${_folder}")
    foreach(_name IN ITEMS ${_part} ${_part}_main)
      string(REGEX REPLACE "^${_part}$" "${_part}-all" _source "${_name}")
      add_library(kit_${_name} STATIC EXCLUDE_FROM_ALL "${_kit}/${_folder}/src/${_source}.cc")
      target_include_directories(kit_${_name} PRIVATE "${_kit}/${_folder}")
      target_include_directories(kit_${_name} SYSTEM PUBLIC
        "${_kit}/googletest/include" "${_kit}/googlemock/include")
      target_compile_features(kit_${_name} PUBLIC cxx_std_14)
      target_link_libraries(kit_${_name} PUBLIC Threads::Threads)
      add_library(GTest::${_name} ALIAS kit_${_name})
    endforeach()
  endforeach()
  target_link_libraries(kit_gtest_main PUBLIC kit_gtest)
  target_link_libraries(kit_gmock PUBLIC kit_gtest)
  target_link_libraries(kit_gmock_main PUBLIC kit_gmock)
  unset(_kit)
  unset(_part)
  unset(_folder)
  unset(_name)
  unset(_source)
endif()
CMAKE

version() { sed -n "s/^#define *$2  *\"\{0,1\}\([^\" ]*\).*/\1/p" "$kit/$1" | paste -sd.; }
echo "tl-expected    $(version include/tl/expected.hpp 'TL_EXPECTED_VERSION_[A-Z]*')"
echo "fmt            $(version include/fmt/core.h FMT_VERSION), header only"
echo "CLI11          $(version include/CLI/Version.hpp CLI11_VERSION)"
json=$(grep -rlE 'define NLOHMANN_JSON_VERSION_MAJOR' "$kit/include/nlohmann" | head -n 1)
echo "nlohmann-json  $(version "${json#"$kit"/}" 'NLOHMANN_JSON_VERSION_[A-Z]*')"
echo "GoogleTest     its sources, built where the kit is used"

kib=$(du -sk --apparent-size "$kit" | cut -f1)
if ((kib > greatest_kib)); then
  echo "gather_gpu_kit: $kit has $kib KiB, which is over $greatest_kib" >&2
  exit 1
fi
echo "$kit: $kib KiB, $(find "$kit" -type f | wc -l) files"
