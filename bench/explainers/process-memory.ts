import { readFileSync, writeFileSync } from 'node:fs';
import type { PeakReader } from './protocol';

function statusBytes(pid: number, field: 'VmHWM' | 'VmRSS'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return 1024 * Number(line?.[1] ?? NaN);
}

/** Lets the peak of a process's resident memory start again (Linux, proc(5) clear_refs). @returns null where that cannot be done */
export function watchPeak(pid: number): PeakReader | null {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const before = statusBytes(pid, 'VmRSS');
    return () => statusBytes(pid, 'VmHWM') - before;
  } catch {
    return null;
  }
}

/** Resident bytes of a process; 0 when it is gone. */
export function residentBytes(pid: number): number {
  try {
    return statusBytes(pid, 'VmRSS');
  } catch {
    return 0;
  }
}
