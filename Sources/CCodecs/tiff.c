#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

typedef struct {
  const picture_job *job;
  toff_t position;
  char error[CODECS_MESSAGE];
} tiff_source;

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t count) {
  tiff_source *source = handle;
  toff_t length = source->job->length;
  toff_t left = source->position < length ? length - source->position : 0;
  tmsize_t got = count < 0 ? 0 : (toff_t)count < left ? count : (tmsize_t)left;
  memcpy(to, source->job->file + (got ? source->position : 0), (size_t)got);
  source->position += (toff_t)got;
  return got;
}

static tmsize_t write_bytes(thandle_t handle, void *from, tmsize_t count) {
  (void)handle, (void)from, (void)count;
  return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  tiff_source *source = handle;
  if (whence == SEEK_SET) source->position = offset;
  else if (whence == SEEK_CUR) source->position += offset;
  else source->position = source->job->length + offset;
  return source->position;
}

static int close_source(thandle_t handle) { return (void)handle, 0; }

static toff_t size(thandle_t handle) { return ((tiff_source *)handle)->job->length; }

// The file is in memory already. (Without this, libtiff 4.5.0 refuses sound tiles: it compares their
// size with that of its own buffer.)
static int map(thandle_t handle, void **base, toff_t *length) {
  const picture_job *job = ((tiff_source *)handle)->job;
  *base = (void *)(uintptr_t)job->file;
  *length = job->length;
  return 1;
}

static void unmap(thandle_t handle, void *base, toff_t length) {
  (void)handle, (void)base, (void)length;
}

static int keep_error(TIFF *tiff, void *user, const char *from, const char *format, va_list values) {
  (void)tiff, (void)from;
  tiff_source *source = user;
  if (!*source->error) vsnprintf(source->error, CODECS_MESSAGE, format, values);
  return 1;
}

// Unknown tags and the like: every camera has some.
static int drop_warning(
    TIFF *tiff, void *user, const char *from, const char *format, va_list values) {
  (void)tiff, (void)user, (void)from, (void)format, (void)values;
  return 1;
}

typedef struct {
  uint32_t width, height;
  uint16_t bits, samples, planes, light, format;
} tiff_layout;

static bool is_deep(const tiff_layout *layout) {
  bool colours = layout->light == PHOTOMETRIC_RGB && layout->samples >= 3;
  bool grey = layout->light == PHOTOMETRIC_MINISBLACK || layout->light == PHOTOMETRIC_MINISWHITE;
  return layout->bits == 16 && layout->format == SAMPLEFORMAT_UINT && layout->samples <= 16 &&
         (colours || grey);
}

// Puts samples of a row into the red, green, blue and alpha of its pixels, where they belong.
static void put_samples(
    const tiff_layout *layout, const uint16_t *from, size_t count, size_t stride, int first,
    bool alpha, uint16_t *to) {
  int colours = layout->light == PHOTOMETRIC_RGB ? 3 : 1;
  int given = stride == 1 ? 1 : layout->samples;
  for (size_t i = 0; i < count; i++, from += stride, to += 4) {
    for (int k = 0; k < given; k++) {
      int sample = first + k;
      uint16_t value = layout->light == PHOTOMETRIC_MINISWHITE && !sample ? 65535 - from[k] : from[k];
      if (sample < colours) {
        if (colours == 1) to[0] = to[1] = to[2] = value;
        else to[sample] = value;
      } else if (sample == colours && alpha) {
        to[3] = value;
      }
    }
  }
}

// Colours that are stored multiplied by their alpha.
static void divide_deep_by_alpha(const picture_job *job) {
  size_t count = (size_t)job->picture->width * (size_t)job->picture->height;
  uint16_t *c = (uint16_t *)job->picture->pixels;
  for (size_t i = 0; i < count; i++, c += 4) {
    for (int k = 0; c[3] && k < 3; k++) {
      uint32_t colour = ((uint32_t)c[k] * 65535u + c[3] / 2u) / c[3];
      c[k] = (uint16_t)(colour > 65535 ? 65535 : colour);
    }
  }
}

// Samples of 16 bits, of which the library itself would keep the upper 8.
static int read_deep(const picture_job *job, TIFF *tiff, const tiff_layout *layout) {
  int status = picture_reserve(job, layout->width, layout->height, 8);
  if (status) return status;
  uint16_t extra_count = 0, *extra = NULL;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
  bool alpha = extra_count > 0 && extra &&
               (extra[0] == EXTRASAMPLE_UNASSALPHA || extra[0] == EXTRASAMPLE_ASSOCALPHA);
  uint16_t *pixels = (uint16_t *)job->picture->pixels;
  for (size_t i = 0, count = (size_t)layout->width * layout->height; i < count; i++)
    pixels[4 * i + 3] = 65535;
  bool separate = layout->planes == PLANARCONFIG_SEPARATE;
  size_t stride = separate ? 1 : layout->samples;
  bool tiled = TIFFIsTiled(tiff);
  uint32_t across = layout->width, down = 1;
  if (tiled && (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &across) ||
                !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &down)))
    return picture_fail(job, CODECS_DAMAGED, "its tiles have no size");
  tmsize_t needed = tiled ? TIFFTileSize(tiff) : TIFFScanlineSize(tiff);
  if (needed <= 0 || across < 1 || down < 1 ||
      (uint64_t)needed < (uint64_t)across * down * stride * 2 || needed > (tmsize_t)1 << 30)
    return picture_fail(job, CODECS_DAMAGED, "the size of its rows is impossible");
  uint16_t *part = malloc((size_t)needed);
  if (!part) return picture_fail(job, CODECS_NO_MEMORY, "not enough memory");
  bool good = true;
  int planes = separate ? layout->samples : 1;
  for (int plane = 0; good && plane < planes; plane++) {
    for (uint32_t y = 0; good && y < layout->height; y += down) {
      for (uint32_t x = 0; good && x < layout->width; x += across) {
        good = tiled ? TIFFReadTile(tiff, part, x, y, 0, (uint16_t)plane) >= 0
                     : TIFFReadScanline(tiff, part, y, (uint16_t)plane) >= 0;
        uint32_t columns = layout->width - x < across ? layout->width - x : across;
        for (uint32_t row = 0; good && row < down && row < layout->height - y; row++)
          put_samples(
              layout, part + (size_t)row * across * stride, columns, stride, plane, alpha,
              pixels + 4 * ((size_t)(y + row) * layout->width + x));
        if (layout->width - x <= across) break;
      }
      if (layout->height - y <= down) break;
    }
  }
  free(part);
  if (!good) return CODECS_DAMAGED;
  if (alpha && extra[0] == EXTRASAMPLE_ASSOCALPHA) divide_deep_by_alpha(job);
  picture_take_deep(job);
  return 0;
}

// How the library gives the alpha of a picture of 8 bits: of 16 bits it is read as it is stored.
typedef enum { alpha_none, alpha_plain, alpha_multiplied } tiff_alpha;

static tiff_alpha alpha_of(TIFF *tiff, const tiff_layout *layout) {
  uint16_t count = 0, *extra = NULL;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &count, &extra);
  // A fourth sample of no stated meaning may be infrared as well.
  if (count > 0 && extra && extra[0] == EXTRASAMPLE_UNSPECIFIED) return alpha_none;
  bool grey = layout->light == PHOTOMETRIC_MINISBLACK || layout->light == PHOTOMETRIC_MINISWHITE;
  // The library multiplies colours by their alpha, grey it does not.
  bool stored = count > 0 && extra && extra[0] == EXTRASAMPLE_UNASSALPHA;
  return grey && stored ? alpha_plain : alpha_multiplied;
}

static void drop_alpha(const picture_job *job) {
  size_t count = (size_t)job->picture->width * (size_t)job->picture->height;
  for (size_t i = 0; i < count; i++) job->picture->pixels[4 * i + 3] = 255;
}

static void divide_by_alpha(const picture_job *job) {
  size_t count = (size_t)job->picture->width * (size_t)job->picture->height;
  uint8_t *c = job->picture->pixels;
  for (size_t i = 0; i < count; i++, c += 4) {
    if (c[3] == 0 || c[3] == 255) continue;
    for (int k = 0; k < 3; k++) {
      unsigned colour = (c[k] * 255u + c[3] / 2u) / c[3];
      c[k] = (uint8_t)(colour > 255 ? 255 : colour);
    }
  }
}

static int read_common(
    const picture_job *job, TIFF *tiff, const tiff_layout *layout, uint16_t orientation) {
  char reason[1024] = "";
  if (!TIFFRGBAImageOK(tiff, reason)) return picture_fail(job, CODECS_UNSUPPORTED, reason);
  int status = picture_reserve(job, layout->width, layout->height, 4);
  if (status) return status;
  // Asked for as it is stored, it is not turned: `picture->orientation` says how it will be.
  if (!TIFFReadRGBAImageOriented(
          tiff, layout->width, layout->height, (uint32_t *)job->picture->pixels, orientation, 1))
    return CODECS_DAMAGED;
  job->picture->is_cmyk = layout->light == PHOTOMETRIC_SEPARATED;
  switch (alpha_of(tiff, layout)) {
  case alpha_none: drop_alpha(job); break;
  case alpha_multiplied: divide_by_alpha(job); break;
  case alpha_plain: break;
  }
  picture_take_rgba(job);
  return 0;
}

static int decode(const picture_job *job, TIFF *tiff) {
  tiff_layout layout = {0};
  uint16_t orientation = 1;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width) ||
      !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height))
    return picture_fail(job, CODECS_DAMAGED, "it has no size");
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout.planes);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout.format);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout.light);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  if (orientation < 1 || orientation > 8) orientation = 1;
  if (layout.format != SAMPLEFORMAT_UINT && layout.format != SAMPLEFORMAT_VOID)
    return picture_fail(
        job, CODECS_UNSUPPORTED, "TIFF files of signed or floating-point samples are not read");
  if (layout.format == SAMPLEFORMAT_VOID) layout.format = SAMPLEFORMAT_UINT;
  int status = is_deep(&layout) ? read_deep(job, tiff, &layout)
                                : read_common(job, tiff, &layout, orientation);
  job->picture->orientation = orientation;
  if (!status) job->picture->has_more = !TIFFLastDirectory(tiff);
  return status;
}

int picture_tiff(const picture_job *job) {
  tiff_source source = {.job = job};
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return picture_fail(job, CODECS_NO_MEMORY, "not enough memory");
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, drop_warning, NULL);
  TIFF *tiff = TIFFClientOpenExt(
      "picture", "r", &source, read_bytes, write_bytes, seek, close_source, size, map, unmap,
      options);
  TIFFOpenOptionsFree(options);
  if (!tiff) return picture_fail(job, CODECS_DAMAGED, source.error);
  job->message[0] = 0;
  int status = decode(job, tiff);
  if (status == CODECS_DAMAGED && !job->message[0]) picture_fail(job, status, source.error);
  TIFFClose(tiff);
  return status;
}
