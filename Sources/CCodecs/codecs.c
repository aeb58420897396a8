#include "CCodecs.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

uint32_t codecs_crc32(uint32_t crc, const void *bytes, size_t count) {
  return (uint32_t)crc32_z(crc, bytes, count);
}

struct codecs_sha256 {
  EVP_MD_CTX *context;
};

codecs_sha256 *codecs_sha256_new(void) {
  codecs_sha256 *state = malloc(sizeof *state);
  if (!state) return NULL;
  state->context = EVP_MD_CTX_new();
  if (!state->context || EVP_DigestInit_ex(state->context, EVP_sha256(), NULL) != 1) {
    codecs_sha256_free(state);
    return NULL;
  }
  return state;
}

int codecs_sha256_update(codecs_sha256 *state, const void *bytes, size_t count) {
  return EVP_DigestUpdate(state->context, bytes, count) == 1 ? 0 : -1;
}

// The digest so far: a copy is finished, so that `state` can go on.
int codecs_sha256_finish(const codecs_sha256 *state, uint8_t digest[32]) {
  EVP_MD_CTX *copy = EVP_MD_CTX_new();
  if (!copy) return -1;
  int good = EVP_MD_CTX_copy_ex(copy, state->context) == 1 &&
             EVP_DigestFinal_ex(copy, digest, NULL) == 1;
  EVP_MD_CTX_free(copy);
  return good ? 0 : -1;
}

void codecs_sha256_free(codecs_sha256 *state) {
  if (!state) return;
  EVP_MD_CTX_free(state->context);
  free(state);
}

struct codecs_gzip {
  gzFile file;
};

int codecs_gzip_open(const char *path, codecs_gzip **reader, char *message) {
  *reader = NULL;
  codecs_gzip *opened = malloc(sizeof *opened);
  errno = 0;
  if (opened) opened->file = gzopen(path, "rbe");
  if (!opened || !opened->file) {
    snprintf(message, CODECS_MESSAGE, "%s", errno ? strerror(errno) : "not enough memory");
    free(opened);
    return -1;
  }
  gzbuffer(opened->file, 1 << 17);
  *reader = opened;
  return 0;
}

int codecs_gzip_read(codecs_gzip *reader, void *bytes, size_t count, size_t *got, char *message) {
  *got = 0;
  while (*got < count) {
    size_t rest = count - *got;
    unsigned step = rest > (1u << 30) ? (1u << 30) : (unsigned)rest;
    int read = gzread(reader->file, (char *)bytes + *got, step);
    int code = Z_OK;
    const char *text = gzerror(reader->file, &code);
    // A cut gzip file gives the bytes it has and then Z_BUF_ERROR.
    if (read < 0 || code == Z_BUF_ERROR || code == Z_DATA_ERROR) {
      snprintf(
          message, CODECS_MESSAGE, "%s", code == Z_ERRNO ? strerror(errno) : text ? text : "");
      return -1;
    }
    if (read == 0) break;
    *got += (size_t)read;
  }
  return 0;
}

void codecs_gzip_close(codecs_gzip *reader) {
  if (!reader) return;
  gzclose(reader->file);
  free(reader);
}
