#include "CCodecs.h"

#include <liblzf/lzf.h>
#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

int codecs_lzf_expand(const void *packed, size_t count, void *bytes, size_t room) {
  if (count > UINT32_MAX || room > UINT32_MAX) return -1;
  return lzf_decompress(packed, (unsigned)count, bytes, (unsigned)room) == room ? 0 : -1;
}

struct codecs_zip {
  zip_t *archive;
  zip_file_t *entry;
};

int codecs_zip_open(const char *path, codecs_zip **archive, char *message) {
  *archive = NULL;
  int code = 0;
  zip_t *opened = zip_open(path, ZIP_RDONLY, &code);
  codecs_zip *made = opened ? malloc(sizeof *made) : NULL;
  if (!made) {
    zip_error_t error;
    zip_error_init_with_code(&error, opened ? ZIP_ER_MEMORY : code);
    snprintf(message, CODECS_MESSAGE, "%s", zip_error_strerror(&error));
    zip_error_fini(&error);
    if (opened) zip_discard(opened);
    return -1;
  }
  *made = (codecs_zip){.archive = opened, .entry = NULL};
  *archive = made;
  return 0;
}

int64_t codecs_zip_count(codecs_zip *archive) { return zip_get_num_entries(archive->archive, 0); }

const char *codecs_zip_name(codecs_zip *archive, int64_t index) {
  return index < 0 ? NULL : zip_get_name(archive->archive, (zip_uint64_t)index, 0);
}

int codecs_zip_begin(codecs_zip *archive, int64_t index, char *message) {
  if (archive->entry) zip_fclose(archive->entry);
  archive->entry = index < 0 ? NULL : zip_fopen_index(archive->archive, (zip_uint64_t)index, 0);
  if (archive->entry) return 0;
  snprintf(message, CODECS_MESSAGE, "%s", zip_strerror(archive->archive));
  int code = zip_error_code_zip(zip_get_error(archive->archive));
  return code == ZIP_ER_COMPNOTSUPP ? CODECS_ZIP_METHOD : -1;
}

int codecs_zip_read(codecs_zip *archive, void *bytes, size_t count, size_t *got, char *message) {
  *got = 0;
  if (!archive->entry) {
    snprintf(message, CODECS_MESSAGE, "no entry was begun");
    return -1;
  }
  while (*got < count) {
    zip_int64_t read = zip_fread(archive->entry, (char *)bytes + *got, count - *got);
    if (read < 0) {
      snprintf(message, CODECS_MESSAGE, "%s", zip_file_strerror(archive->entry));
      return -1;
    }
    if (read == 0) break;
    *got += (size_t)read;
  }
  return 0;
}

void codecs_zip_close(codecs_zip *archive) {
  if (!archive) return;
  if (archive->entry) zip_fclose(archive->entry);
  zip_discard(archive->archive);
  free(archive);
}
