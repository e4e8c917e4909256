/** Expressions of JSONata that together use every function and operator of it, on `$d`. One a line. */
export const CORPUS: readonly string[] = String.raw`
$d
$d.order.name
$d.order.lines.sku
$d.order.lines[0]
$d.order.lines[-1].sku
$d.order.lines[n > 1].sku
$d.order.lines[n > 1 and price < 1]
$d.order.lines.tags
$d.order.lines[tags = "x"].sku
$d.order.lines[sku in ["a","c"]].n
$d.order.lines.(n * price)
$sum($d.order.lines.(n * price))
$d.order.lines^(price).sku
$d.order.lines^(>n, sku).sku
$d.order.lines{sku: n}
$d.order.lines{"all": $sum(n)}
$d.order.lines.{"k": sku, "v": n}
$d.order.lines@$l.{"x": $l.sku, "y": $d.order.id}
$d.order.lines#$i.{"i": $i, "s": sku}
$d.order.lines#$i[$i > 0].sku
$d.people.kids.{"kid": name, "parent": %.first}
$d.people.kids.%.age
$d.people@$p.kids@$k.{"p": $p.first, "k": $k.name}
$d.order.*
$d.order.lines.*
$d.**.name
$d.**[tags].sku
$d.one
$d.one[]
$d.one[0]
$d.none
$d.none[0]
$d.nested
$d.nested[0]
$d.nested[0][1]
$d.nested.$
$d.mixed[a = 1]
$d.mixed[$type($) = "number"]
$d.order.missing
$d.order.missing.deeper
[$d.order.missing]
{"a": $d.order.missing, "b": 1}
$d.n
$d.n = null
$d.n.x
[1..5]
[5..1]
[1..5][$ % 2 = 0]
[1, [2, 3], [4]]
[[1], [2]]
1 + 2 * 3 - 4 / 5 % 6
-$d.neg
1 = 1.0
"1" = 1
1 != 2
"a" < "b"
3 >= 2
1 < "a"
true and false or true
$not(true)
"a" & 1 & null & [1] & {"a": 1}
1 in [1, 2]
1 in 1
$d.t ? "y" : "n"
$d.t ? "y"
($x := 1; $y := $x + 1; [$x, $y])
($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(5))
($fib := λ($n) { $n < 2 ? $n : $fib($n - 1) + $fib($n - 2) }; $fib(8))
($add := function($a, $b) { $a + $b }; $inc := $add(?, 1); $inc(41))
$d.order.name ~> $uppercase ~> $length
($up := $uppercase ~> $length; $up("abc"))
$d.order ~> | lines | {"n": n + 1}, "tags" |
$d.order ~> | $ | {"id": 8} |
$d.order ~> | lines[0] | {"new": true} |
$map([1,2,3], function($v, $i, $a) { $v * $i + $count($a) })
$map([1], function($v) { $v })
$filter([1,2,3,4], function($v) { $v > 2 })
$filter($d.order.lines, function($l) { $l.n = 1 })
$reduce([1,2,3,4], function($p, $c) { $p + $c })
$reduce([1,2,3], function($p, $c) { $p & $c }, "x")
$single([1,2,3], function($v) { $v = 2 })
$single([1,2,3], function($v) { $v > 1 })
$sift($d.order, function($v, $k) { $k != "id" })
$each($d.order, function($v, $k) { $k })
$zip([1,2],[3,4])
$zip([1,2],[3])
$sort([3,1,2])
$sort($d.order.lines, function($l, $r) { $l.price > $r.price }).sku
$reverse([1,2,3])
$distinct([1,1,"1",{"a":1},{"a":1}])
$append([1],[2,3])
$append(1, 2)
$count($d.order.lines)
$count(1)
$count([])
$max([1,3,2])
$min([])
$average([1,2,4])
$sum([])
$keys($d.order)
$keys($d.order.lines)
$lookup($d.order, "name")
$lookup($d.order.lines, "sku")
$spread({"a":1,"b":2})
$spread($d.order.lines)
$merge([{"a":1},{"b":2},{"a":3}])
$exists($d.order.x)
$exists($d.order.name)
$type(null)
$type([])
$type($sum)
$type(1)
$boolean([])
$boolean({})
$boolean([0])
$boolean("")
$string(1.23456789012345678)
$string({"a":[1,null,true]})
$string([1,2], true)
$string($sum)
$string(0.1 + 0.2)
$length($d.text)
$substring($d.text, 4, 5)
$substring($d.text, -3)
$substringBefore($d.text, " ")
$substringAfter($d.text, "quick")
$uppercase($d.text)
$lowercase($d.text)
$trim("  a   b ")
$pad("a", 5, "xy")
$pad("a", -5, "#")
$contains($d.text, "fox")
$contains($d.text, /FOX/i)
$contains($d.text, /FOX/)
$split($d.text, " ")
$split("a1b2c3", /\d/)
$split("a1b2c3", /\d/, 2)
$split("", "")
$join(["a","b"], "-")
$join($split("a b", " "))
$match($d.text, /[a-z]+/)
$match($d.text, /(q)(u)/)
$match($d.text, /zzz/)
$match("aXbXc", /X/, 1)
$replace($d.text, "quick", "slow")
$replace($d.text, /([a-z])[a-z]*/, "<$1>")
$replace($d.text, /(\w)(\w)/, "$2$1", 2)
$replace("abc", /b/, function($m) { $uppercase($m.match) })
$replace("265USD", /([0-9]+)USD/, "$$$1")
$replace("abc", "", "x")
$match("a", /x*/)
$number("12.5")
$number("0x1f")
$number("abc")
$number(true)
$abs(-5)
$floor(-2.5)
$ceil(2.1)
$round(2.5)
$round(3.5)
$round(123.456, 2)
$round(125, -1)
$power(2, 10)
$power(-1, 0.5)
$sqrt(16)
$sqrt(-1)
$formatNumber(12345.678, "#,##0.00")
$formatNumber(0.14, "00%")
$formatNumber(-5, "0;(0)")
$formatNumber(1234.5, "0.0e0")
$formatBase(100, 2)
$formatBase(255, 16)
$formatBase(1, 99)
$formatInteger(1999, "I")
$formatInteger(12, "w")
$formatInteger(12, "Ww")
$formatInteger(123456, "#,##0")
$formatInteger(3, "1;o")
$parseInteger("MCMXCIX", "I")
$parseInteger("twelve", "w")
$parseInteger("12,345", "#,##0")
$toMillis("2018-03-07T10:00:00.000Z")
$toMillis("2018-03-07")
$toMillis("07/03/2018", "[D01]/[M01]/[Y0001]")
$toMillis("nonsense")
$fromMillis(1510067557121)
$fromMillis(1510067557121, "[M01]/[D01]/[Y0001] [h#1]:[m01][P]")
$fromMillis(1510067557121, "[Y]-[M01]-[D01]T[H01]:[m]:[s].[f001][Z0101t]", "+0200")
$fromMillis(1510067557121, "[FNn], [D1o] [MNn] [Y]")
$base64encode("hello")
$base64decode("aGVsbG8=")
$encodeUrlComponent("a b&c/d")
$encodeUrl("http://x.y/a b")
$decodeUrlComponent("a%20b")
$decodeUrl("a%20b")
$decodeUrl("%E0%A4%A")
$error("boom")
$error()
$assert(false, "no")
$assert(true, "no")
$clone({"a":[1]})
$abs("a")
$sum(["a"])
$uppercase(1)
$unknown(1)
$d.order()
$d.order.name()
1("x")
"a" + 1
1 / "a"
$d.order.lines < 1
{1: 2}
{"a": 1, "a": 2}
$map(1, 2)
$d.order.lines^(tags)
(1; 2; 3)
()
$d.("a" & order.name)
$d.order.lines[[0, 2]].sku
$d.order.lines[[0..1]].sku
$d.order["name"]
$d.text[0]
$d.'order'.'name'
/* comment */ 1
"\u0041\n\t\"\\"
'single "quoted"'
1e3
1.5e-3
0x
[1,2,3].($ + 1)
{"a": 1}.a
({"a": [{"b": 1}, {"b": 2}]}).a.b
[{"a": 1}, {"a": 2}].a
[{"a": [1, 2]}, {"a": [3]}].a
[{"a": [1]}].a[]
$d.people[kids.name = "k2"].first
$d.people.kids[0].name
$d.people.(kids[0]).name
$d.people.(kids.name)[0]
$count($d.people.kids)
$d.people[0].kids[1].name
$d.order.lines[$d.order.id = 7].sku
$d.order.lines[%.id = 7].sku
$d.order.(lines[n > $count(%.lines)]).sku
$map($d.order.lines, $lookup(?, "sku"))
$d.order.lines.sku ~> $join(",")
$d.order.lines ~> $map(function($l) { $l.n }) ~> $sum
$now("[Y0001]") = $now("[Y0001]")
$millis() > 0
$d.mixed.a
$d.mixed.*
$d.none.a
$d.none{"a": 1}
[]{"a": 1}
$d.n{"a": 1}
$d.order{"id": id}
$d.order.lines[n=1]{sku: price}
$d.order.lines.tags^($)
$d.order.lines.tags[0]
$d.order.lines.(tags[0])
$substring("", 0)
$distinct($d.order.lines.tags)
$d.big
$d.big + 1
$string($d.big)
$string(-0)
1/3
$round(1/3, 3)
$length("\uD83D\uDE00")
$reverse($split("abc", ""))
$match("ab12cd", /(?<x>\d+)/)
$replace("a.b.c", ".", "-")
$split("a.b", ".")
$d.${"`"}order${"`"}.name
$split("aaa", /^a/)
$match("aXa ba", /\ba/).index
$match("a b", /(?:a)(b)?/)
$replace("John Smith", /(\w+)\s(\w+)/, "$2, $1")
`
  .trim()
  .split("\n");

/** What the expressions are evaluated on. */
export const DOCUMENT = {
  order: {
    id: 7,
    name: "Ada",
    lines: [
      { sku: "a", n: 2, price: 1.5, tags: ["x"] },
      { sku: "b", n: 1, price: 20, tags: ["x", "y"] },
      { sku: "c", n: 5, price: 0.25, tags: [] },
    ],
  },
  one: [1],
  none: [],
  nested: [[1, 2], [3]],
  mixed: [1, "2", null, true, { a: 1 }],
  text: "The quick brown fox",
  empty: "",
  n: null,
  t: true,
  neg: -3.75,
  big: 1e21,
  people: [
    { first: "F", last: "L", age: 3, kids: [{ name: "k1" }, { name: "k2" }] },
    { first: "G", last: "M", age: 30, kids: [] },
  ],
};
