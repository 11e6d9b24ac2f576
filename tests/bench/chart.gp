# SPDX-License-Identifier: GPL-2.0
# gnuplot -c chart.gp DATA PICTURE BLOCKS NAMES: extra cost in percent, a panel a kernel.
set terminal svg size 1400, 520 * int(ARG3) background "white" font "sans,13" noenhanced
set output ARG2
set style data histogram
set style histogram clustered gap 1.5
set style fill solid 0.9 noborder
set datafile missing "?"
set ylabel "extra instructions, % (cut off at 30)"
set grid ytics
set xtics rotate by -20
set rmargin 16
set key outside top horizontal autotitle columnheader
set multiplot layout int(ARG3), 1
do for [block = 0:int(ARG3) - 1] {
	# Beyond 30 % a bar is cut off, for what is small to be seen beside conntrack.
	set yrange [-1:30]
	set title word(ARG4, block + 1)
	plot for [column = 2:9] ARG1 index block using column:xtic(1)
}
unset multiplot
