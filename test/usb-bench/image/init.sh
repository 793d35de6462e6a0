#!/bin/bash
# First process of the guest: mounts what it needs to find the rest, which comes with every run and not with the image.
export PATH=/usr/sbin:/usr/bin:/usr/lib/busybox HOME=/root TERM=dumb NO_COLOR=1 LC_ALL=C
# What the guest only reads does not change while it runs, so that it may keep what it has read.
share=trans=virtio,version=9p2000.L,msize=262144

mount -t proc proc /proc &&
  mount -t sysfs sys /sys &&
  mount -t devtmpfs dev /dev &&
  mount -t tmpfs run /run &&
  modprobe -a virtio_pci 9pnet_virtio 9p &&
  mount -t 9p -o "$share,ro,cache=loose" ferry /opt/ferry &&
  mount -t 9p -o "$share" out /out &&
  exec /bin/bash /opt/ferry/guest/boot.sh

echo 'The guest could not mount what the bench gives it.'
echo b >/proc/sysrq-trigger
