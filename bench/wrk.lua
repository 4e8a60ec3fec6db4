-- wrk's script: sends the cookies of a file in turn and prints what happened as one line of JSON.
--
-- wrk -s wrk.lua URL -- COOKIES fixed AGENT      one request for all (the first line), made once by wrk itself
-- wrk -s wrk.lua URL -- COOKIES rotating AGENT   each line in turn

function init(args)
  local lines = {}
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  if args[2] == "fixed" then
    wrk.headers["Cookie"], wrk.headers["User-Agent"] = lines[1], args[3]
    return
  end
  local requests, at = {}, 0
  for i, line in ipairs(lines) do requests[i] = wrk.format("GET", nil, { Cookie = line, Host = wrk.headers["Host"], ["User-Agent"] = args[3] }) end
  function request()
    at = at % #requests + 1
    return requests[at]
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"bytes":%d,"micros":%d,"p99":%d,"refused":%d,"failed":%d}\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
