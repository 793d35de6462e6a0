import fs from 'node:fs';

/** Milliseconds for which all threads of a process have worked. @see Linux, Documentation/scheduler/sched-stats.rst */
export function millisecondsOf(process: number): number {
  const threads = fs.readdirSync(`/proc/${process}/task`);
  const worked = threads.map((thread) => fs.readFileSync(`/proc/${process}/task/${thread}/schedstat`, 'utf8'));
  return worked.reduce((sum, line) => sum + Number(line.split(' ')[0]) / 1e6, 0);
}

/** MiB of memory that a process has. @see proc(5) */
export function residentOf(process: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${process}/status`, 'utf8'))?.[1]) / 1024;
}
