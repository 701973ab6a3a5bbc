# A store is verified, made anew, copied, joined with another, written out.
crashcorpus synth --demo --seed=1 --machines=20 --weeks=3 | crashindex --store=a - 2>/dev/null
crashcorpus synth --demo --seed=2 --machines=20 --weeks=3 | crashindex --store=b - 2>/dev/null
crashcorpus verify --store=a
crashcorpus rebuild --store=a && crashcorpus verify --store=a
crashcorpus backup --store=a copy && crashcorpus verify --store=copy
crashcorpus merge --store=ab a b && crashcorpus verify --store=ab
crashcorpus merge --store=ba b && crashcorpus merge --store=ba a
crashcorpus compact --store=ab && crashcorpus verify --store=ab
crashcorpus export --store=ab >ab.jsonl
crashcorpus export --store=ba >ba.jsonl
cmp ab.jsonl ba.jsonl && echo "joined in any order"
crashcorpus merge --store=ab a && crashcorpus verify --store=ab
crashcorpus export --store=a --format=csv | head -n 1
crashcorpus verify --store=nowhere 2>/dev/null; echo $?
