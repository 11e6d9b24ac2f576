# SPDX-License-Identifier: GPL-2.0
# One boot: put the disks and ports together, start QEMU, stop it when its time is up. Sourced, never run.
# shellcheck shell=bash

# KVM is taken only where a trial boot succeeds: the device may exist and still hang every guest.
accelerator() {
	local kernel=$1 answer
	answer=$CACHE/kvm-$(tr -d - </proc/sys/kernel/random/boot_id)
	[[ -e $answer ]] || with_lock kvm try_kvm "$kernel" "$answer"
	cat "$answer"
}

try_kvm() {
	local dir log answer=$2 verdict=tcg pid n
	[[ ! -e $answer ]] || return 0
	dir=$(root_dir "$1")
	log=$(mktemp)
	if [[ -r /dev/kvm && -w /dev/kvm ]]; then
		qemu-system-x86_64 -accel kvm -cpu host -M q35 -m 512 -nodefaults -display none -no-reboot -nic none \
			-kernel "$dir/vmlinuz" -initrd "${PAYLOAD[0]}" -append 'console=ttyS0 panic=-1 guest.trial' \
			-serial "file:$log" </dev/null >/dev/null 2>&1 &
		pid=$!
		for ((n = 0; n < 80; n++)); do
			sleep 0.1
			kill -0 "$pid" 2>/dev/null || break
		done
		kill -KILL "$pid" 2>/dev/null || :
		! grep -q 'trial boot: fine' "$log" || verdict=kvm
	fi
	rm -f "$log" "$CACHE"/kvm-*
	echo "$verdict" >"$answer.tmp"
	mv "$answer.tmp" "$answer"
}

# The emulator's time stamp counter is this machine's. A guest that measures it on a busy machine may find a tenth of its
# speed, and then its clock runs ten times too fast.
tsc_khz() {
	local answer
	answer=$CACHE/tsc-$(tr -d - </proc/sys/kernel/random/boot_id)
	[[ -s $answer ]] || with_lock tsc measure_tsc "$answer" || return 0
	cat "$answer"
}

measure_tsc() {
	local program
	[[ ! -s $1 ]] || return 0
	program=$(mktemp)
	rm -f "$CACHE"/tsc-*
	gcc -O2 -o "$program" "$VM_DIR/harness/tsc-khz.c" && "$program" >"$1.tmp" && mv "$1.tmp" "$1"
	rm -f "$program"
	[[ -s $1 ]]
}

# boot KERNEL DIR: everything else comes from the options run has parsed. DIR/in becomes /src, results go to DIR.
boot() {
	# More memory makes kmemleak slow, which reads every byte of KASAN's shadow: 8 s a scan with this.
	local kernel=$1 dir=$2 root memory=1536 cpus=2 args=() words khz
	root=$(root_dir "$kernel")
	cat "${PAYLOAD[@]}" >"$dir/initrd"
	append_archive "$dir/initrd" "$dir/in"

	words="console=ttyS0 loglevel=5 panic=-1 panic_on_oops=1 no_timer_check log_buf_len=4M printk.devkmsg=on rcupdate.rcu_cpu_stall_timeout=120"
	words+=" watchdog_thresh=60 random.trust_cpu=on"
	words+=" guest.kernel=$kernel guest.load=$OPT_LOAD guest.timeout=$OPT_TIMEOUT"
	if [[ $OPT_BENCH == 1 ]]; then
		args+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off" -cpu "max,-erms")
		cpus=1
		words+=" mitigations=off"
	elif [[ $(accelerator "$kernel") == kvm ]]; then
		args+=(-accel kvm -cpu host)
	else
		# Translated code is found again by its address: at random ones each program is translated anew. And to the emulator
		# `rep movsb` is one step a byte. Its CPUs take turns: where one runs into code as another patches it, the emulator may
		# keep the breakpoint of the patching for ever.
		local turns=single
		((OPT_PARALLEL == 0)) || turns=multi
		args+=(-accel "tcg,thread=$turns" -cpu "max,la57=off,-erms,-fsrm")
		# Its time stamp counter is fit to be a clock, which the guest would doubt: each look at the HPET takes 10 us.
		khz=$(tsc_khz)
		words+=" mitigations=off norandmaps tsc=reliable${khz:+ tsc_early_khz=$khz}"
	fi

	words+=$OPT_APPEND
	mkfifo "$dir/output"
	cat "$dir/output" &
	local reader=$!
	if [[ $OPT_TTY == 1 ]]; then
		args+=(-chardev "stdio,id=tty,signal=off" -device virtio-serial -device "virtconsole,chardev=tty")
		words+=" guest.tty=1 guest.cols=$(tput cols 2>/dev/null || echo 80) guest.rows=$(tput lines 2>/dev/null || echo 24)"
	else
		exec </dev/null
	fi
	# The guest keeps the time itself, so that its log and files still come back; this limit is for one that cannot.
	timeout --foreground -s KILL $((OPT_TIMEOUT + 120)) \
	qemu-system-x86_64 "${args[@]}" -M q35 -smp "$cpus" -m "$memory" -nodefaults -display none -no-reboot -nic none \
		-kernel "$root/vmlinuz" -initrd "$dir/initrd" -append "$words" \
		-drive "file=$root/disk.img,format=raw,if=virtio,snapshot=on,cache=unsafe" \
		-device virtio-serial,id=ports \
		-chardev "file,id=output,path=$dir/output" -device virtserialport,bus=ports.0,chardev=output,name=tcpwhy.output \
		-chardev "file,id=result,path=$dir/result" -device virtserialport,bus=ports.0,chardev=result,name=tcpwhy.result \
		-chardev "file,id=files,path=$dir/files.tar" -device virtserialport,bus=ports.0,chardev=files,name=tcpwhy.files \
		-serial "file:$dir/console.log" <&0 2>"$dir/qemu.log" &
	QEMU=$!
	wait "$QEMU" || { (($? != 137)) || echo timeout >>"$dir/result"; }
	QEMU=
	# QEMU may have died before it opened the pipe: then open and close it once for the reader's sake.
	: 1<>"$dir/output"
	wait "$reader" || :
}
