# cmake --install, and find_package(impasto) for the installed library.
