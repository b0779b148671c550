#pragma once
#include <png.h>
#include <stdint.h>
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
