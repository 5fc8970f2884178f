// Numbers and times out of bytes, as ../numbers.ts reads what is plainly written; NaN says that it is not.
#pragma once
#include <cmath>
#include <cstdint>
#include "cutter.h"

constexpr double NOT_PLAIN = NAN;

/** Digits, with a point among them or not. */
inline double plainNumber(const uint8_t* bytes, const Field& field) {
  static const double POWERS[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  if (field.empty() || field.to - field.from > 15) return NOT_PLAIN;
  int64_t value = 0;
  int32_t point = -1;
  for (int32_t at = field.from; at < field.to; at++) {
    const int digit = bytes[at] - '0';
    if (digit >= 0 && digit <= 9) value = 10 * value + digit;
    else if (bytes[at] == '.' && point < 0 && at > field.from && at < field.to - 1) point = at;
    else return NOT_PLAIN;
  }
  return point < 0 ? double(value) : double(value) / POWERS[field.to - 1 - point];
}

/** 2023-11-14T22:13:20, with or without T and Z. */
inline double isoTime(const uint8_t* bytes, const Field& field) {
  const uint8_t* text = bytes + field.from;
  const int32_t length = field.to - field.from;
  if (length != 19 && !(length == 20 && text[19] == 'Z')) return NOT_PLAIN;
  static const char FORM[] = "dddd-dd-dd?dd:dd:dd";
  for (int at = 0; at < 19; at++)
    if (FORM[at] == 'd' ? text[at] < '0' || text[at] > '9' : at != 10 && text[at] != FORM[at]) return NOT_PLAIN;
  if (text[10] != 'T' && text[10] != ' ') return NOT_PLAIN;
  const auto two = [&](int at) { return 10 * (text[at] - '0') + text[at + 1] - '0'; };
  const int year = 100 * two(0) + two(2), month = two(5), day = two(8), hour = two(11), minute = two(14), second = two(17);
  static const int MONTH_DAYS[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > MONTH_DAYS[month]) return NOT_PLAIN;
  if (hour > 24 || minute > 59 || second > 60) return NOT_PLAIN;
  if (month == 2 && day == 29 && (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0))) return NOT_PLAIN;
  // Days since 1970-01-01 (H. Hinnant, days_from_civil).
  const int y = month <= 2 ? year - 1 : year, era = y / 400, ofEra = y - era * 400;
  const int ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t days = int64_t(era) * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
  return double(days * 86400 + hour * 3600 + minute * 60 + second);
}
