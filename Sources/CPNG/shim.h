#pragma once
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// libpng's simplified interface, which catches its own long jumps, for images of 8-bit RGB without padding.
// A function that fails returns 0 and leaves the reason in `message`.

enum { oncofield_png_message_size = 64 };

static inline int oncofield_png_finish(png_image *image, int succeeded, char *message) {
  if (!succeeded) memcpy(message, image->message, oncofield_png_message_size);
  png_image_free(image);
  return succeeded;
}

static inline png_image oncofield_png_image(uint32_t width, uint32_t height) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  return image;
}

/// An upper bound of the bytes that `oncofield_png_encode` writes.
static inline size_t oncofield_png_bound(uint32_t width, uint32_t height) {
  png_image image = oncofield_png_image(width, height);
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

/// Encodes `3 * width * height` bytes; `size` holds the capacity of `bytes` before and the length used after.
static inline int oncofield_png_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *bytes, size_t *size, char *message) {
  png_image image = oncofield_png_image(width, height);
  image.flags = PNG_IMAGE_FLAG_FAST;
  return oncofield_png_finish(&image, png_image_write_to_memory(&image, bytes, size, 0, pixels, 0, NULL), message);
}

/// Reads the width and height of an encoded image.
static inline int oncofield_png_measure(
    const uint8_t *bytes, size_t size, uint32_t *width, uint32_t *height, char *message) {
  png_image image = oncofield_png_image(0, 0);
  const int succeeded = png_image_begin_read_from_memory(&image, bytes, size);
  *width = image.width;
  *height = image.height;
  return oncofield_png_finish(&image, succeeded, message);
}

/// Decodes into `3 * width * height` bytes, the size that `oncofield_png_measure` has told; transparent parts become
/// white.
static inline int oncofield_png_decode(const uint8_t *bytes, size_t size, uint8_t *pixels, char *message) {
  png_image image = oncofield_png_image(0, 0);
  const png_color white = {255, 255, 255};
  int succeeded = png_image_begin_read_from_memory(&image, bytes, size);
  image.format = PNG_FORMAT_RGB;
  if (succeeded) succeeded = png_image_finish_read(&image, &white, pixels, 0, NULL);
  return oncofield_png_finish(&image, succeeded, message);
}

// libpng's full interface, for the samples of any image in their own precision. Its long jumps end in here.

/// Bytes, to be freed by the caller; NULL if there are none.
typedef struct {
  uint8_t *bytes;
  size_t size;
} oncofield_png_text;

/// Samples of an image after palettes, small greys and transparent colors have been expanded.
typedef struct {
  uint32_t width, height;
  uint32_t channels;  // grey, grey and opacity, RGB, RGB and opacity
  uint32_t depth;     // bits: 8, or 16 in the machine's byte order
  uint64_t row_size;  // bytes
  // What is known when the pixels have been read.
  uint16_t orientation;  // of EXIF, 1 to 8; 0 if the image says nothing
  oncofield_png_text profile;  // EXIF or XMP in hexadecimal digits, as ImageMagick writes them
  oncofield_png_text xmp;
} oncofield_png_layout;

/// A copy of the text of the first of some keywords that an image has.
static inline oncofield_png_text oncofield_png_find_text(
    png_const_structp png, png_infop info, const char *const *keys, size_t count) {
  oncofield_png_text found = {NULL, 0};
  png_textp texts = NULL;
  const int texts_count = png_get_text(png, info, &texts, NULL);
  for (int index = 0; index < texts_count; index++) {
    for (size_t key = 0; key < count; key++) {
      if (!texts[index].text || strcmp(texts[index].key, keys[key]) != 0) continue;
      const size_t size = strlen(texts[index].text);
      if (!(found.bytes = (uint8_t *)malloc(size + 1))) return found;
      memcpy(found.bytes, texts[index].text, size + 1);
      found.size = size;
      return found;
    }
  }
  return found;
}

/// A whole number of `size` bytes.
static inline uint32_t oncofield_exif_number(const uint8_t *bytes, int size, int is_little) {
  uint32_t number = 0;
  for (int index = 0; index < size; index++) number = number << 8 | bytes[is_little ? size - 1 - index : index];
  return number;
}

/// The tag Orientation of the first directory of EXIF data, 0 if there is none.
///
/// Source: CIPA DC-008 (Exif 2.3), section 4.6: a TIFF header, and a directory of entries of 12 bytes.
static inline uint16_t oncofield_exif_orientation(const uint8_t *bytes, size_t size) {
  if (size < 8 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0)) return 0;
  const int is_little = bytes[0] == 'I';
  const size_t directory = oncofield_exif_number(bytes + 4, 4, is_little);
  if (directory > size - 2) return 0;
  const uint32_t count = oncofield_exif_number(bytes + directory, 2, is_little);
  for (size_t index = 0; index < count; index++) {
    const size_t start = directory + 2 + 12 * index;
    if (start + 12 > size) return 0;
    const uint8_t *entry = bytes + start;
    if (oncofield_exif_number(entry, 2, is_little) != 0x0112) continue;
    // One number of 16 bits lies in the entry itself.
    const int is_short = oncofield_exif_number(entry + 2, 2, is_little) == 3;
    return is_short ? (uint16_t)oncofield_exif_number(entry + 8, 2, is_little) : 0;
  }
  return 0;
}

typedef struct {
  const uint8_t *bytes;
  size_t left;
  char *message;
} oncofield_png_source;

static inline void oncofield_png_read_bytes(png_structp png, png_bytep to, size_t size) {
  oncofield_png_source *source = (oncofield_png_source *)png_get_io_ptr(png);
  if (size > source->left) png_error(png, "is cut short");
  memcpy(to, source->bytes, size);
  source->bytes += size;
  source->left -= size;
}

static inline void oncofield_png_fail(png_structp png, png_const_charp text) {
  oncofield_png_source *source = (oncofield_png_source *)png_get_error_ptr(png);
  strncpy(source->message, text, oncofield_png_message_size - 1);
  png_longjmp(png, 1);
}

static inline void oncofield_png_ignore(png_structp png, png_const_charp text) { (void)png, (void)text; }

/// Fills `layout`, and `pixels` unless it is NULL: then it holds `height * row_size` bytes of the layout told before.
__attribute__((noinline)) static int oncofield_png_samples(
    const uint8_t *bytes, size_t size, oncofield_png_layout *layout, uint8_t *pixels, char *message) {
  oncofield_png_source source = {bytes, size, message};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, oncofield_png_fail, oncofield_png_ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    strncpy(message, "out of memory", oncofield_png_message_size - 1);
    return 0;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  const uint16_t one = 1;
  png_set_read_fn(png, &source, oncofield_png_read_bytes);
  png_read_info(png, info);
  png_set_expand(png);
  if (*(const uint8_t *)&one == 1) png_set_swap(png);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  layout->width = png_get_image_width(png, info);
  layout->height = png_get_image_height(png, info);
  layout->channels = png_get_channels(png, info);
  layout->depth = png_get_bit_depth(png, info);
  layout->row_size = png_get_rowbytes(png, info);
  if (pixels) {
    for (int pass = 0; pass < passes; pass++) {
      for (uint32_t row = 0; row < layout->height; row++) png_read_row(png, pixels + row * layout->row_size, NULL);
    }
    png_read_end(png, info);
    static const char *const profiles[] = {"Raw profile type exif", "Raw profile type APP1", "Raw profile type xmp"};
    static const char *const xmp[] = {"XML:com.adobe.xmp"};
    layout->profile = oncofield_png_find_text(png, info, profiles, 3);
    layout->xmp = oncofield_png_find_text(png, info, xmp, 1);
#ifdef PNG_eXIf_SUPPORTED
    png_uint_32 exif_size = 0;
    png_bytep exif = NULL;
    if (png_get_eXIf_1(png, info, &exif_size, &exif) & PNG_INFO_eXIf) {
      layout->orientation = oncofield_exif_orientation(exif, exif_size);
    }
#endif
  }
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}
