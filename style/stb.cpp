// The implementations of stb_image and stb_image_write, compiled once. Left out are PIC, because a
// damaged file crashes its decoder, HDR, because one can hang it, and PNM, because ours is exact.
// Memory starts as zero, so that what a damaged file does not fill is at least always the same, and
// the assertions are off: damaged files break them.
#include <cstdlib>

#define STBI_MALLOC(bytes) std::calloc(1, bytes)
#define STBI_REALLOC(pointer, bytes) std::realloc(pointer, bytes)
#define STBI_FREE(pointer) std::free(pointer)
#define STBI_ASSERT(condition) static_cast<void>(0)

#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_NO_PIC
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_PNM
#include <stb/stb_image.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb/stb_image_write.h>
