// HDF5 hides constants behind macros that call functions or cast, which Swift cannot import.
#pragma once
#include <hdf5.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline hid_t chdf5_error_stack(void) { return H5E_DEFAULT; }

static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_exclusive(void) { return H5F_ACC_EXCL; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned chdf5_objects(void) { return H5F_OBJ_ALL & ~H5F_OBJ_FILE; }

// Some network file systems have no locks: open files there all the same.
static inline herr_t chdf5_lock_where_possible(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  return H5Pset_file_locking(access, 1, 1);
#else
  return access < 0 ? -1 : 0;
#endif
}

static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_link_create(void) { return H5P_LINK_CREATE; }

static inline hsize_t chdf5_unlimited(void) { return H5S_UNLIMITED; }
static inline haddr_t chdf5_undefined_address(void) { return HADDR_UNDEF; }
static inline size_t chdf5_variable(void) { return H5T_VARIABLE; }

static inline H5Z_filter_t chdf5_deflate(void) { return H5Z_FILTER_DEFLATE; }
static inline H5Z_filter_t chdf5_shuffle(void) { return H5Z_FILTER_SHUFFLE; }
static inline H5Z_filter_t chdf5_fletcher32(void) { return H5Z_FILTER_FLETCHER32; }
static inline unsigned chdf5_reverse(void) { return H5Z_FLAG_REVERSE; }
static inline int chdf5_filter_class_version(void) { return H5Z_CLASS_T_VERS; }

static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }
static inline hid_t chdf5_int8(void) { return H5T_STD_I8LE; }
static inline hid_t chdf5_int16(void) { return H5T_STD_I16LE; }
static inline hid_t chdf5_int32(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_uint16(void) { return H5T_STD_U16LE; }
static inline hid_t chdf5_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t chdf5_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t chdf5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_float64(void) { return H5T_IEEE_F64LE; }

// File and address of an open object: the same for every link to it.
static inline herr_t chdf5_identify(hid_t object, unsigned long *file, uint64_t *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  if (H5Oget_info3(object, &info, H5O_INFO_BASIC) < 0) return -1;
  memcpy(address, &info.token, sizeof *address);
#else
  H5O_info_t info;
#if H5_VERSION_GE(1, 10, 3)
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return -1;
#else
  if (H5Oget_info(object, &info) < 0) return -1;
#endif
  *address = info.addr;
#endif
  *file = info.fileno;
  return 0;
}

// Memory for strings of variable length, of which there is only so much.
static inline void *chdf5_allocate_within(size_t size, void *left) {
  size_t *rest = (size_t *)left;
  if (size > *rest) return NULL;
  *rest -= size;
  return malloc(size);
}

static inline void chdf5_free(void *memory, void *unused) {
  (void)unused;
  free(memory);
}

// Lets reading with `transfer` take at most `*left` bytes for such strings.
static inline herr_t chdf5_bound_strings(hid_t transfer, size_t *left) {
  return H5Pset_vlen_mem_manager(transfer, chdf5_allocate_within, left, chdf5_free, NULL);
}

// Minor codes of the error stack.
static inline hid_t chdf5_cannot_allocate(void) { return H5E_CANTALLOC; }
static inline hid_t chdf5_no_space(void) { return H5E_NOSPACE; }

static inline hid_t chdf5_dataset_transfer(void) { return H5P_DATASET_XFER; }

// The type of the link at a path, and for an external one the file and object it names, each of at
// most `size` bytes. -1 when there is no such link.
static inline int chdf5_link_target(
    hid_t location, const char *path, char *file, char *object, size_t size) {
  H5L_info_t info;
#if H5_VERSION_GE(1, 12, 0)
  H5L_info2_t wide;
  if (H5Lget_info2(location, path, &wide, H5P_DEFAULT) < 0) return -1;
  info.type = wide.type;
  info.u.val_size = wide.u.val_size;
#else
  if (H5Lget_info(location, path, &info, H5P_DEFAULT) < 0) return -1;
#endif
  file[0] = object[0] = 0;
  if (info.type == H5L_TYPE_HARD) return info.type;
  char *value = (char *)malloc(info.u.val_size + 1);
  if (!value) return -1;
  value[info.u.val_size] = 0;
  int good = H5Lget_val(location, path, value, info.u.val_size, H5P_DEFAULT) >= 0;
  if (good && info.type == H5L_TYPE_SOFT) {
    strncpy(object, value, size - 1);
  } else if (good && info.type == H5L_TYPE_EXTERNAL) {
    const char *to_file = NULL, *to_object = NULL;
    unsigned flags = 0;
    good = H5Lunpack_elink_val(value, info.u.val_size, &flags, &to_file, &to_object) >= 0;
    if (good) {
      strncpy(file, to_file, size - 1);
      strncpy(object, to_object, size - 1);
    }
  }
  file[size - 1] = object[size - 1] = 0;
  free(value);
  return good ? info.type : -1;
}

// Bytes of the file that an object lies in, which external links make another one; -1 when unknown.
static inline int64_t chdf5_file_size_of(hid_t object) {
  hid_t file = H5Iget_file_id(object);
  if (file < 0) return -1;
  hsize_t size = 0;
  herr_t status = H5Fget_filesize(file, &size);
  H5Fclose(file);
  return status < 0 ? -1 : (int64_t)size;
}
