# Makes the table of tests/bench/run from lines `cell side key value`. Several values of one kind
# become their median; peaks their maximum; faults their sum. Variables: subject (what is measured
# beside nginx), form (text or json), events (in a stream).
{
  name = $1 SUBSEP $2 SUBSEP $3
  held[name, ++count[name]] = $4 + 0
  seen[$1] = 1
}

function median(name,    n, i, j, kept, sorted) {
  n = count[name]
  if (n == 0) return ""
  for (i = 1; i <= n; ++i) sorted[i] = held[name, i]
  for (i = 2; i <= n; ++i) {
    kept = sorted[i]
    for (j = i - 1; j > 0 && sorted[j] > kept; --j) sorted[j + 1] = sorted[j]
    sorted[j + 1] = kept
  }
  return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

# "" if it was not measured.
function value(cell, side, key,    name, i, result) {
  name = cell SUBSEP side SUBSEP key
  if (key !~ /^(peak_kb|errors|lost|broken)$/) return median(name)
  for (i = 1; i <= count[name]; ++i) {
    if (key != "peak_kb") result += held[name, i]
    else if (held[name, i] > result) result = held[name, i]
  }
  return result
}

function number(given, digits) { return given == "" ? "" : sprintf("%." digits "f", given) }
function json_number(text) { return text == "" ? "null" : text }

# One row. Values may be "". `of` says what `limit` bounds: the ratio, our value, or "" nothing.
function row(what, digits, direct, nginx, ours, of, limit,    ratio, tested, target, verdict) {
  if (nginx != "" && ours != "" && nginx > 0) ratio = sprintf("%.2f", ours / nginx)
  tested = of == "ratio" ? ratio : ours
  if (of != "" && tested != "") {
    target = (of == "ratio" ? "ratio <= " : "<= ") limit
    verdict = tested + 0 <= limit ? "met" : "MISSED"
  }
  direct = number(direct, digits)
  nginx = number(nginx, digits)
  ours = number(ours, digits)
  if (form == "json") {
    printf "%s{\"group\":\"%s\",\"what\":\"%s\",\"direct\":%s,\"nginx\":%s,\"%s\":%s," \
           "\"ratio\":%s,\"target\":\"%s\",\"verdict\":\"%s\"}", rows++ ? ",\n" : "", group, what,
           json_number(direct), json_number(nginx), subject, json_number(ours),
           json_number(ratio), target, verdict
  } else {
    printf "  %-48s %9s %9s %9s %6s  %s%s\n", what, direct, nginx, ours, ratio, target,
           verdict == "" ? "" : ": " verdict
  }
}

function head(title) {
  group = title
  if (form == "text") {
    printf "%s%-50s %9s %9s %9s %6s  %s\n", groups++ ? "\n" : "", title,
           "direct", "nginx", subject, "ratio", "target"
  }
}

function plain(what, digits, cell, key, of, limit) {
  row(what, digits, value(cell, "direct", key), value(cell, "nginx", key),
      value(cell, subject, key), of, limit)
}

function added(what, cell, key,    direct) {
  direct = value(cell, "direct", key)
  row(what, 1, "", value(cell, "nginx", key) - direct, value(cell, subject, key) - direct, "", 0)
}

function kilobytes(what, cell, key, limit) {
  row(what, 1, "", value(cell, "nginx", key) / 1024, value(cell, subject, key) / 1024,
      limit > 0 ? "value" : "", limit)
}

# Where the machine cannot keep the pace, the two sides did not carry the same load.
function saturated(cell, streams, interval,    offered) {
  offered = 0.9 * streams * events / ((events + 1) * interval / 1000)
  return value(cell, "nginx", "per_s") < offered || value(cell, subject, "per_s") < offered
}

function requests(cell, title) {
  if (!(cell in seen)) return
  head(title)
  if (cell == "together") {
    added("added p50 us", cell, "p50_us")
    added("added p99 us", cell, "p99_us")
  }
  row("CPU us per request", 1, "", value(cell, "nginx", "cpu_us_each"),
      value(cell, subject, "cpu_us_each"), "ratio", 1.4)
  plain("requests/s", 0, cell, "per_s", "", 0)
  plain("p50 us", 1, cell, "p50_us", "", 0)
  plain("p99 us", 1, cell, "p99_us", "", 0)
  plain("failed requests", 0, cell, "errors", "value", 0)
}

function streams(total, interval,    cell, unfair) {
  cell = "streams-" total "-" interval
  if (!(cell in seen)) return
  unfair = saturated(cell, total, interval)
  head(total " streams, " interval " ms" (unfair ? " (saturated)" : ""))
  plain("CPU us per event", 2, cell, "cpu_us_each", unfair ? "" : "ratio", 0.9)
  plain("events/s", 0, cell, "per_s", "", 0)
  plain("event delay p50 us", 0, cell, "p50_us", "", 0)
  plain("event delay p99 us", 0, cell, "p99_us", "", 0)
  plain("lost events", 0, cell, "lost", "value", 0)
  plain("broken streams", 0, cell, "broken", "value", 0)
  kilobytes("peak memory MB", cell, "peak_kb", total == 5000 ? 120 : 0)
}

# What a call costs that is translated, beside one in one dialect from end to end.
function translated(cell, what, limit,    same, ours) {
  same = value(cell, "same", "cpu_us_each")
  ours = value(cell, "translated", "cpu_us_each")
  row(what ", one dialect", 2, "", "", same, "", 0)
  row(what ", translated", 2, "", "", ours, "", 0)
  row(what ", ratio", 2, "", "", same > 0 ? ours / same : "", "value", limit)
  row("failures", 0, "", "", failures(cell, "same") + failures(cell, "translated"), "value", 0)
}

function failures(cell, side) {
  return value(cell, side, "errors") + value(cell, side, "broken") + value(cell, side, "lost")
}

# What our own code takes beside a figure that it must not exceed, with the spread over the rounds.
function bounded(what, digits, key, limit,    name, i, low, high) {
  name = "abi" SUBSEP subject SUBSEP key
  for (i = 1; i <= count[name]; ++i) {
    if (i == 1 || held[name, i] < low) low = held[name, i]
    if (i == 1 || held[name, i] > high) high = held[name, i]
  }
  row(form == "text" ? what " (" low " to " high ")" : what, digits, "", "", value("abi", subject, key),
      limit > 0 ? "value" : "", limit)
}

END {
  requests("together", "1 connection, one processor")
  requests("requests-1", "1 connection")
  requests("requests-8", "8 connections")
  requests("requests-64", "64 connections")
  streams(200, 20)
  streams(1000, 20)
  streams(5000, 20)
  streams(5000, 100)
  if ("rest" in seen) {
    head("At rest")
    kilobytes("memory MB", "rest", "rss_kb", 25)
  }
  if ("start" in seen) {
    head("From exec")
    plain("to 200 from /health, ms", 1, "start", "health_ms", "value", 200)
    plain("to first chat answer, ms", 1, "start", "chat_ms", "", 0)
  }
  if ("translation-requests" in seen) {
    head("OpenAI chat to Anthropic Messages")
    translated("translation-requests", "CPU us per request", 2)
    translated("translation-streams", "CPU us per event, 1000 streams", 1.5)
  }
  if ("abi" in seen) {
    head("Plugin ABI" (form == "text" ? ", median (lowest to highest)" : ""))
    bounded("codec pair, linked in, ns", 0, "linked_ns", 0)
    bounded("codec pair, plugin, ns", 0, "abi_ns", 0)
    bounded("added by the ABI, ns", 0, "added_ns", 1000)
    bounded("ranking 20 candidates, ns", 0, "rank_ns", 2000)
    bounded("loading 100 plugins, ms", 1, "load_ms", 500)
  }
  if (form == "json") print ""
}
