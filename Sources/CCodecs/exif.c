#include "pictures.h"

#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t length;
  bool little;
} exif_data;

static unsigned read16(const exif_data *exif, size_t at) {
  const uint8_t *b = exif->bytes + at;
  return exif->little ? b[0] | (unsigned)b[1] << 8 : (unsigned)b[0] << 8 | b[1];
}

static size_t read32(const exif_data *exif, size_t at) {
  size_t first = read16(exif, at), second = read16(exif, at + 2);
  return exif->little ? first | second << 16 : first << 16 | second;
}

// Source: Exif 2.32, 4.5 and 4.6.2 (the entries of a directory), 4.6.5 (tag 274, Orientation).
int exif_orientation(const uint8_t *bytes, size_t length) {
  exif_data exif = {bytes, length, false};
  if (length < 8) return 1;
  if (!memcmp(bytes, "II\x2a\0", 4)) exif.little = true;
  else if (memcmp(bytes, "MM\0\x2a", 4)) return 1;
  size_t directory = read32(&exif, 4);
  if (directory > length - 2) return 1;
  size_t entries = read16(&exif, directory);
  for (size_t i = 0; i < entries; i++) {
    size_t entry = directory + 2 + 12 * i;
    if (entry + 12 > length) return 1;
    if (read16(&exif, entry) != 274) continue;
    // A short; some programs write a long.
    unsigned type = read16(&exif, entry + 2);
    size_t value = type == 3 ? read16(&exif, entry + 8) : type == 4 ? read32(&exif, entry + 8) : 1;
    return value >= 1 && value <= 8 ? (int)value : 1;
  }
  return 1;
}
