#pragma once
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

// libtiff on a file in memory: its functions of variable arguments, and its messages kept instead of printed.

enum { oncofield_tiff_message_size = 160 };

/// The bytes of a file, the place in them, and the first message of the library.
typedef struct {
  const uint8_t *bytes;
  uint64_t size;
  uint64_t position;
  char message[oncofield_tiff_message_size];
} oncofield_tiff_source;

/// How the samples of one directory are stored.
typedef struct {
  uint32_t width, height;
  uint32_t tile_width, tile_height;  // 0 for strips
  uint32_t rows_per_strip;
  uint16_t bits, samples, format, photometric, compression, planar;
  int alpha;  // index of the sample that holds the opacity, or -1
  uint16_t orientation;
  uint32_t kind;  // bits of the tag NewSubfileType
} oncofield_tiff_layout;

// Tags of GDAL, texts: the stored number that stands for no value, and XML.
enum { oncofield_tiff_gdal_metadata = 42112, oncofield_tiff_gdal_no_data = 42113 };

static inline tmsize_t oncofield_tiff_read_bytes(thandle_t handle, void *to, tmsize_t size) {
  oncofield_tiff_source *source = (oncofield_tiff_source *)handle;
  if (size <= 0 || source->position >= source->size) return 0;
  const uint64_t left = source->size - source->position;
  const uint64_t count = (uint64_t)size < left ? (uint64_t)size : left;
  memcpy(to, source->bytes + source->position, count);
  source->position += count;
  return (tmsize_t)count;
}

static inline tmsize_t oncofield_tiff_write_bytes(thandle_t handle, void *from, tmsize_t size) {
  (void)handle, (void)from, (void)size;
  return 0;
}

static inline toff_t oncofield_tiff_seek(thandle_t handle, toff_t offset, int origin) {
  oncofield_tiff_source *source = (oncofield_tiff_source *)handle;
  const uint64_t start = origin == SEEK_CUR ? source->position : origin == SEEK_END ? source->size : 0;
  source->position = start + offset;
  return source->position;
}

static inline int oncofield_tiff_close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static inline toff_t oncofield_tiff_size(thandle_t handle) { return ((oncofield_tiff_source *)handle)->size; }

static inline int oncofield_tiff_keep(TIFF *file, void *user, const char *module, const char *format, va_list list) {
  (void)file, (void)module;
  oncofield_tiff_source *source = (oncofield_tiff_source *)user;
  if (source->message[0] == 0) vsnprintf(source->message, sizeof source->message, format, list);
  return 1;
}

static inline int oncofield_tiff_ignore(TIFF *file, void *user, const char *module, const char *format, va_list list) {
  (void)file, (void)user, (void)module, (void)format, (void)list;
  return 1;
}

/// Opens a file in memory, at its first directory; `source` must stay where it is until `TIFFClose`.
static inline TIFF *oncofield_tiff_open(oncofield_tiff_source *source, int64_t largest_allocation) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, largest_allocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options, oncofield_tiff_keep, source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, oncofield_tiff_ignore, source);
  TIFF *file = TIFFClientOpenExt(
      "", "rmc", source, oncofield_tiff_read_bytes, oncofield_tiff_write_bytes, oncofield_tiff_seek,
      oncofield_tiff_close_nothing, oncofield_tiff_size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  return file;
}

/// Reads how the current directory is stored; 0 if it does not say the size of its picture.
static inline int oncofield_tiff_describe(TIFF *file, oncofield_tiff_layout *layout) {
  memset(layout, 0, sizeof *layout);
  if (!TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &layout->width)) return 0;
  if (!TIFFGetField(file, TIFFTAG_IMAGELENGTH, &layout->height)) return 0;
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &layout->bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &layout->samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &layout->format);
  TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &layout->compression);
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &layout->planar);
  TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &layout->rows_per_strip);
  if (!TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &layout->photometric)) {
    layout->photometric = layout->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  }
  if (TIFFIsTiled(file)) {
    TIFFGetField(file, TIFFTAG_TILEWIDTH, &layout->tile_width);
    TIFFGetField(file, TIFFTAG_TILELENGTH, &layout->tile_height);
    if (layout->tile_width == 0 || layout->tile_height == 0) return 0;
  }
  TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &layout->orientation);
  TIFFGetFieldDefaulted(file, TIFFTAG_SUBFILETYPE, &layout->kind);
  layout->alpha = -1;
  uint16_t count = 0, *kinds = NULL;
  if (TIFFGetFieldDefaulted(file, TIFFTAG_EXTRASAMPLES, &count, &kinds) && kinds && count <= layout->samples) {
    for (int index = count - 1; index >= 0; index--) {
      if (kinds[index] != EXTRASAMPLE_UNSPECIFIED) layout->alpha = layout->samples - count + index;
    }
  }
  return 1;
}

/// The text that describes the picture in the current directory, or NULL.
static inline const char *oncofield_tiff_description(TIFF *file) {
  const char *text = NULL;
  return TIFFGetField(file, TIFFTAG_IMAGEDESCRIPTION, &text) ? text : NULL;
}

/// The name of the program that has written the picture in the current directory, or NULL.
static inline const char *oncofield_tiff_software(TIFF *file) {
  const char *text = NULL;
  return TIFFGetField(file, TIFFTAG_SOFTWARE, &text) ? text : NULL;
}

/// The bytes of a tag that the library has no name for, and their number; or NULL.
static inline const char *oncofield_tiff_unnamed(TIFF *file, uint32_t tag, uint32_t *count) {
  const TIFFField *field = TIFFFindField(file, tag, TIFF_ANY);
  if (!field || !TIFFFieldPassCount(field) || TIFFFieldReadCount(field) != TIFF_VARIABLE2) return NULL;
  const void *bytes = NULL;
  return TIFFFieldDataType(field) == TIFF_ASCII && TIFFGetField(file, tag, count, &bytes) ? (const char *)bytes : NULL;
}

/// The XMP metadata of the current directory, `count` bytes; NULL if there are none.
static inline const uint8_t *oncofield_tiff_xmp(TIFF *file, uint32_t *count) {
  const void *bytes = NULL;
  return TIFFGetField(file, TIFFTAG_XMLPACKET, count, &bytes) ? (const uint8_t *)bytes : NULL;
}

/// Lets the library turn the colors of JPEG into RGB.
static inline void oncofield_tiff_ask_for_rgb(TIFF *file) {
  TIFFSetField(file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
}
