# A trace id is 1-SECONDS-ID: the seconds since 1970 as 8 hexadecimal digits, and 24 more digits. Terraform has no function for the
# seconds, so they are counted from the date. The time is that of the plan, because a plan must know what it is going to do.
locals {
  now   = { for part in ["YYYY", "M", "D", "h", "m", "s"] : part => tonumber(formatdate(part, plantimestamp())) }
  month = local.now.M > 2 ? local.now.M - 3 : local.now.M + 9 # March is 0: a leap day comes last
  year  = local.now.M > 2 ? local.now.YYYY : local.now.YYYY - 1
  days = (
    365 * local.year + floor(local.year / 4) - floor(local.year / 100) + floor(local.year / 400)
    + floor((153 * local.month + 2) / 5) + local.now.D - 719469
  )
  seconds = local.days * 86400 + local.now.h * 3600 + local.now.m * 60 + local.now.s

  trace_id = format("1-%08x-%s", local.seconds, substr(sha256("${plantimestamp()} ${path.cwd}"), 0, 24))
}
