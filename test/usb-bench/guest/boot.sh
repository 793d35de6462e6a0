# The guest after its first mounts: network, udev, modules, then the checks of this run, and its exit code to QEMU.
# Reads ferry/guest-checks (lines of name and seconds); writes /out/NAME.log, /out/NAME.exit, /out/result, kernel log and capture.

say() { echo "[guest $(cut -d' ' -f1 /proc/uptime)] $*"; }

# The device isa-debug-exit ends QEMU with twice the code and one. Without a result the host knows that nothing was shown.
leave() {
  dmesg >/out/dmesg.txt
  if [ -n "${capture:-}" ]; then
    kill -INT "$capture" && wait "$capture"
    cp /run/usb.pcap /out/usb.pcap
  fi
  echo "$1" >/out/result
  say "ends with $1"
  sync
  printf "\\x$(printf %02x "$1")" | dd of=/dev/port bs=1 seek=$((0xf4)) conv=notrunc status=none
}

broken() {
  say "BROKEN: $*"
  leave 99
}

say "Linux $(uname -r)"
/bin/busybox --install -s /usr/lib/busybox
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
mount -t tmpfs tmp /tmp && mount -t debugfs debug /sys/kernel/debug
ln -sf /proc/self/fd /dev/fd
modprobe virtio_net || broken 'no network card'
ip link set lo up && ip address add 10.0.2.15/24 dev eth0 && ip link set eth0 up || broken 'the network did not come up'

# Before the modules: so it sees every device.
udevd=/usr/lib/systemd/systemd-udevd
[ -x "$udevd" ] || udevd=/lib/systemd/systemd-udevd
"$udevd" --daemon 2>/out/udevd.log || broken 'udevd did not start'
modprobe -a nls_cp437 nls_ascii nls_iso8859-1 nls_utf8 vfat usbhid hid-generic uas usb-storage sd_mod sg usbmon ||
  broken 'a module did not load'

# Every bus; of each transfer the beginning, which has all of a report, a command and a status.
mkfifo /run/capturing
tcpdump -i usbmon0 -s 576 -B 8192 -Z root -w /run/usb.pcap 2>/run/capturing &
capture=$!
exec 3</run/capturing
until [[ ${line:-} == *'listening on'* ]]; do
  read -r -t 60 line <&3 || broken "tcpdump does not capture USB: ${line:-}"
done
cat <&3 >/out/tcpdump.log &
# A disk is asked for its medium that often, in ms, and at once when it is plugged in, not after a second.
echo 500 >/sys/module/block/parameters/events_dfl_poll_msecs
echo 0 >/sys/module/usb_storage/parameters/delay_use
modprobe -a xhci-pci vhci-hcd || broken 'no USB host'
# A udevd that is busy may hang up on the question (broken pipe) instead of answering late; then it is asked again.
for attempt in 1 2 3; do
  udevadm settle --timeout=60 && break
  [ "$attempt" = 3 ] && broken 'the devices of the start did not settle'
done
say "Node $(node --version || broken 'Node does not run')"

result=0
while read -r name seconds <&4; do
  say "check $name"
  FERRY_CHECK=$name timeout --kill-after=5 "$seconds" node "/opt/ferry/guest/checks/$name.mjs" 2>&1 </dev/null | tee "/out/$name.log"
  status=${PIPESTATUS[0]}
  echo "$status" >"/out/$name.exit"
  [ "$status" = 124 ] && say "check $name took longer than $seconds s"
  [ "$status" = 0 ] || result=1
done 4</opt/ferry/guest-checks
leave "$result"
