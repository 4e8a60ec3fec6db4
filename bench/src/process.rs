//! Servers under test: started on one core, watched, ended.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::client::Connection;

/// The core that servers run on, and the core that the load generator runs on: neither takes time from the other.
pub(crate) const SERVER_CORE: &str = "0";
pub(crate) const LOAD_CORE: &str = "1";

/// A server that has not answered by then will not.
const START_LIMIT: Duration = Duration::from_secs(20);

/// How long to leave a starting server alone between two questions; the error of `started_in`.
const POLL: Duration = Duration::from_micros(500);

static RUNNING: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// From now on Ctrl-C and SIGTERM end the servers before this program.
pub(crate) fn end_children_on_signal() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        for &id in running().iter() {
            signal(id, Signal::TERM);
        }
        std::process::exit(130);
    })
    .context("cannot listen for signals")
}

/// A running server; ended when this value goes.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts a program on the servers' core and waits until it answers a GET of `path`.
    pub(crate) fn start(program: &mut Command, address: SocketAddr, path: &str) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let child = pinned(SERVER_CORE, program)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // Logs are written, and go nowhere: a terminal or a disk would be measured as well.
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.get_program().display()))?;
        running().insert(i32::try_from(child.id())?);
        let mut server = Self { child, address, started_in: Duration::ZERO };
        while Connection::open(address).and_then(|mut connection| connection.get(path, "")).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{program:?} ended with {status}");
            }
            if begun.elapsed() > START_LIMIT {
                bail!("{} did not answer", program.get_program().display());
            }
            std::thread::sleep(POLL);
        }
        server.started_in = begun.elapsed();
        Ok(server)
    }

    /// The processor time that the server has used since it started, in all threads.
    pub(crate) fn processor_time(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // proc(5): the name is in parentheses and may hold anything; utime and stime are fields 14 and 15, the 12th and 13th after it.
        let (_, fields) = stat.rsplit_once(')').context("no name in /proc/PID/stat")?;
        let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
        let (user, system) = times.next().zip(times.next()).context("no times in /proc/PID/stat")?;
        let ticks = u32::try_from(user? + system?)?;
        Ok(Duration::from_secs(1) * ticks / u32::try_from(rustix::param::clock_ticks_per_second())?)
    }

    /// The same to the nanosecond, of the threads that live.
    pub(crate) fn processor_nanoseconds(&self) -> anyhow::Result<u64> {
        let mut sum = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // sched-stats: the first figure is the time spent on a processor. A thread may have ended since it was listed.
            let Ok(stat) = std::fs::read_to_string(task?.path().join("schedstat")) else { continue };
            sum += stat.split(' ').next().map_or(Ok(0), str::parse::<u64>)?;
        }
        Ok(sum)
    }

    /// The server's resident memory in bytes.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kibibytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(id) = i32::try_from(self.child.id()) {
            signal(id, Signal::TERM);
            // It was asked to end; there is nothing to do about a child that cannot be waited for.
            let _ = self.child.wait();
            running().remove(&id);
        }
    }
}

/// The command on one core only, with its own arguments, environment and folder.
pub(crate) fn pinned(core: &str, program: &Command) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", core]).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    if let Some(folder) = program.get_current_dir() {
        command.current_dir(folder);
    }
    command
}

/// Does something of this program on the load generator's core, with the threads that it starts.
pub(crate) fn on_load_core<T: Send>(work: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let mut cores = CpuSet::new();
            cores.set(LOAD_CORE.parse()?);
            sched_setaffinity(None, &cores)?;
            work()
        });
        thread.join().ok().context("a thread panicked")?
    })
}

/// An address that nobody listens at now.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A program that was built with this one.
pub(crate) fn sibling(name: &str) -> anyhow::Result<Command> {
    let path = std::env::current_exe()?.with_file_name(name);
    if !path.is_file() {
        bail!("{} is not built: `cargo xtask bench server` builds it", path.display());
    }
    Ok(Command::new(path))
}

fn signal(id: i32, signal: Signal) {
    if let Some(id) = Pid::from_raw(id) {
        // It may have ended by itself.
        let _ = kill_process(id, signal);
    }
}

fn running() -> MutexGuard<'static, BTreeSet<i32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}
