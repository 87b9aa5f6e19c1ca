/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of the modem library's errors, for builds without its SDK (modem_nrf.h). The library's
 * documents give no numbers for the last three: here they stand for themselves alone.
 */
#ifndef NRF_ERRNO_H__
#define NRF_ERRNO_H__

#define NRF_EPERM 1
#define NRF_ENOENT 2
#define NRF_EIO 5
#define NRF_ENOEXEC 8
#define NRF_EBADF 9
#define NRF_ENOMEM 12
#define NRF_EACCES 13
#define NRF_EFAULT 14
#define NRF_EINVAL 22
#define NRF_EAGAIN 35
#define NRF_EOPNOTSUPP 45
#define NRF_ETIMEDOUT 60
#define NRF_EALREADY 114
#define NRF_ENOLCK 2001
#define NRF_ENOSYS 2002
#define NRF_ESHUTDOWN 2003

#endif
