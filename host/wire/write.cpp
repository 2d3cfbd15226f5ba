#include "wire/write.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace sluice::wire {

namespace {
void appendInteger(std::string& out, std::uint64_t value, int base) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, end);
}

std::string_view successReason(int status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 103: return "Early Hints";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 203: return "Non-Authoritative Information";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    default: return "";
  }
}

std::string_view failureReason(int status) noexcept {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 424: return "Failed Dependency";
    case 425: return "Too Early";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    case 511: return "Network Authentication Required";
    case 529: return "Overloaded";
    default: return "";
  }
}
}  // namespace

std::string_view reason(int status) noexcept {
  return status < 400 ? successReason(status) : failureReason(status);
}

void appendStatusLine(std::string& out, int status) {
  out += "HTTP/1.1 ";
  appendInteger(out, static_cast<std::uint64_t>(status), 10);
  out += ' ';
  out += reason(status);
  out += "\r\n";
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void appendField(std::string& out, std::string_view name, std::uint64_t value) {
  out += name;
  out += ": ";
  appendInteger(out, value, 10);
  out += "\r\n";
}

bool hasField(std::string_view lines, std::string_view name) noexcept {
  while (!lines.empty()) {
    if (text::equalsIgnoringCase(lines.substr(0, lines.find(':')), name)) return true;
    lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
  }
  return false;
}

void appendChunkHead(std::string& out, std::uint64_t size) {
  appendInteger(out, size, 16);
  out += "\r\n";
}

}  // namespace sluice::wire
