# What the library stands on, found in one place: the build includes this file, and so does the
# installed package configuration, because a static library passes its dependencies on. Link these
# targets PRIVATE wherever no public header shows them.
#
#   fmt::fmt  Threads::Threads               everywhere
#   nlohmann_json::nlohmann_json             JSON
#   OpenSSL::Crypto  CURL::libcurl           hashes, downloads
#   PkgConfig::HDF5  PkgConfig::LIBZIP       weights in .h5 and .pth
#   PkgConfig::LIBEXIF                       orientation of photographs
#   Boost::context                           fibers of the host executor
#
# libzip and HDF5 come through pkg-config: Debian's CMake files for libzip name programs that
# libzip-dev does not install, and CMake's own search for HDF5 compiles a program at each configure.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(fmt)
find_dependency(nlohmann_json)
find_dependency(OpenSSL COMPONENTS Crypto)
find_dependency(CURL)
find_dependency(Boost COMPONENTS context)
find_dependency(PkgConfig)
foreach(module HDF5:hdf5 LIBZIP:libzip LIBEXIF:libexif)
  string(REPLACE ":" ";" module "${module}")
  list(GET module 0 prefix)
  list(GET module 1 name)
  if(NOT TARGET PkgConfig::${prefix})
    pkg_check_modules(${prefix} REQUIRED QUIET IMPORTED_TARGET ${name})
  endif()
endforeach()
