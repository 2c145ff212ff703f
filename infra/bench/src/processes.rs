//! Figures of `/proc` about this process and the functions' processes.

use crate::usage::as_f64;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The length of a clock tick in `/proc`, in milliseconds. Linux has shown programs 100 ticks a second on every
/// architecture since 2.6, whatever its internal clock.
const TICK_MS: f64 = 10.0;

/// CPU milliseconds since the start.
#[derive(Debug, Clone, Default)]
pub struct Cpu {
    /// The function processes, by function.
    pub functions: BTreeMap<String, f64>,
    /// This process's threads, by their runtime: `stack` and `clients`.
    pub threads: BTreeMap<String, f64>,
}

impl Cpu {
    pub fn sample() -> Self {
        let mut cpu = Self::default();
        for child in children() {
            *cpu.functions.entry(child.function).or_default() += cpu_of(&child.directory);
        }
        for thread in directories(Path::new("/proc/self/task")) {
            let name = fs::read_to_string(thread.join("comm")).unwrap_or_default();
            *cpu.threads.entry(name.trim().to_owned()).or_default() += cpu_of(&thread);
        }
        cpu
    }

    /// The use since `before`. No process of the functions may have ended in between.
    pub fn since(mut self, before: &Self) -> Self {
        for (mine, theirs) in [(&mut self.functions, &before.functions), (&mut self.threads, &before.threads)] {
            for (name, before) in theirs {
                *mine.entry(name.clone()).or_default() -= before;
            }
        }
        // A thread that was idle for long has ended, and its time is gone.
        self.threads.values_mut().for_each(|millis| *millis = millis.max(0.0));
        self
    }
}

/// A function's process.
pub struct Child {
    pub function: String,
    directory: PathBuf,
}

impl Child {
    /// Its peak memory, in megabytes.
    pub fn peak_mb(&self) -> f64 {
        kilobytes(&self.directory, "VmHWM:") / 1024.0
    }

    /// Its current memory.
    pub fn now_mb(&self) -> f64 {
        kilobytes(&self.directory, "VmRSS:") / 1024.0
    }
}

/// A process's peak memory, in megabytes.
pub fn peak_mb(pid: u32) -> f64 {
    kilobytes(&Path::new("/proc").join(pid.to_string()), "VmHWM:") / 1024.0
}

/// The functions' processes: the children of this one.
pub fn children() -> Vec<Child> {
    let me = std::process::id().to_string();
    let child = |directory: PathBuf| {
        let status = fs::read_to_string(directory.join("status")).ok()?;
        (field(&status, "PPid:")? == me).then_some(())?;
        let binary = fs::read_link(directory.join("exe")).ok()?;
        let function = binary.file_name()?.to_string_lossy().into_owned();
        Some(Child { function, directory })
    };
    directories(Path::new("/proc")).into_iter().filter_map(child).collect()
}

/// The directories with a number as their name.
fn directories(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().flatten();
    let numbered = entries.filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok());
    numbered.map(|entry| entry.path()).collect()
}

/// CPU time, in user and kernel mode, in milliseconds. `schedstat` counts nanoseconds, `stat` ticks.
pub fn cpu_of(directory: &Path) -> f64 {
    // A thread has its own schedstat. A process's shows only its first thread, so the threads are added up.
    let threads = directories(&directory.join("task"));
    let of_threads = threads.iter().map(|thread| nanoseconds(thread)).sum::<Option<f64>>();
    let precise = if threads.is_empty() { nanoseconds(directory) } else { of_threads };
    precise.map_or_else(|| ticks(directory) * TICK_MS, |nanoseconds| nanoseconds / 1e6)
}

fn nanoseconds(thread: &Path) -> Option<f64> {
    let schedstat = fs::read_to_string(thread.join("schedstat")).ok()?;
    schedstat.split_whitespace().next()?.parse::<u64>().ok().map(as_f64)
}

fn ticks(directory: &Path) -> f64 {
    let stat = fs::read_to_string(directory.join("stat")).unwrap_or_default();
    as_f64(ticks_of(&stat).unwrap_or_default())
}

/// User and system time of a `stat` line. The process name in it may contain spaces, so fields are counted after it.
fn ticks_of(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

fn kilobytes(directory: &Path, name: &str) -> f64 {
    let status = fs::read_to_string(directory.join("status")).unwrap_or_default();
    field(&status, name).and_then(|value| value.parse::<u64>().ok()).map_or(0.0, as_f64)
}

/// The first word of a field of `status`.
fn field<'s>(status: &'s str, name: &str) -> Option<&'s str> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_does_not_shift_the_fields() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 8 20 0 1 0 12345";
        assert_eq!(ticks_of(stat), Some(300));
    }

    #[test]
    fn status_is_read_by_field() {
        let status = "Name:\tstock\nPPid:\t7\nVmHWM:\t   10240 kB\n";
        assert_eq!((field(status, "VmHWM:"), field(status, "VmSwap:")), (Some("10240"), None));
    }

    #[test]
    fn this_process_uses_time_and_memory() {
        let me = Path::new("/proc/self");
        let before = cpu_of(me);
        let mut sum = 0_u64;
        while cpu_of(me) - before < 20.0 {
            sum = (0..100_000_u64).fold(sum, |sum, number| sum.wrapping_mul(31).wrapping_add(number));
        }
        assert!(peak_mb(std::process::id()) > 1.0, "{sum}");
    }
}
