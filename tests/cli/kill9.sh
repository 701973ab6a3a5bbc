# A few of the kills of tests/hostile/kill9.sh.
sh "$(dirname "$0")/../hostile/kill9.sh" 10 1 10 2>/dev/null
