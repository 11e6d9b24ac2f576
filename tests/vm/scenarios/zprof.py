import time
from lib import counters, expect, sockets, tool
from lib.nat import Nat, each_behind
from lib.scenario import scenario, IPV4
T=[time.monotonic()]
def t(what):
    n=time.monotonic(); print(f"   {what}: {n-T[0]:.2f}"); T[0]=n
@scenario(families=False)
def zprof():
    t('begin')
    import lib.world as w, lib.nat as nat
    orig_build=w.World.build
    def build(self):
        t('before build'); orig_build(self); t('build')
    w.World.build=build
    ot=nat.Nat._translate
    def tr(self):
        t('sysctl'); ot(self); t('translate')
    nat.Nat._translate=tr
    with Nat(IPV4, 6) as world:
        t('made')
        n=world.timestamps(8080, world.hosts); t('learn 6')
        l=world.keep(sockets.listen(world.server, IPV4, 8080))
        for h in each_behind(n)[:3]:
            world.forget(); t('forget')
            c=world.begin(h,8080); t('begin')
            sockets.server_closes_first(l,c); t('conn')
        tool.findings(world.server); t('tool')
        tool.findings(world.server); t('tool')
        tool.reconciled(world.server); t('tool status')
    t('closed')
