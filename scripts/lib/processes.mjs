import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { logs, root } from './paths.mjs';

const isWindows = process.platform === 'win32';

/** Every process that runs now, so that none is left behind when this one ends. */
const running = new Set();

/** The last lines of a log file. */
export function tail(file, lines = 20) {
	return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** A long-lived process that writes to a log file. */
class Service {
	ended = false;

	constructor(name, logFile, child, ownGroup) {
		this.name = name;
		this.logFile = logFile;
		this.child = child;
		this.ownGroup = ownGroup;
		/** Its exit code, the signal that ended it, or why it could not start. */
		this.exit = new Promise((resolve) => {
			child.once('error', (error) => resolve(error.message));
			child.once('exit', (code, signal) => resolve(code ?? signal));
		}).finally(() => {
			this.ended = true;
			running.delete(this);
		});
		running.add(this);
	}

	/** Ends the process: with all its descendants where it leads a group of its own. */
	kill(signal) {
		if (this.ended || !this.child.pid) return;
		try {
			if (isWindows) spawn('taskkill', ['/pid', String(this.child.pid), '/T', '/F'], { stdio: 'ignore' });
			else process.kill(this.ownGroup ? -this.child.pid : this.child.pid, signal);
		} catch {
			// It has just ended by itself.
		}
	}

	async stop(patience = 10_000) {
		this.kill('SIGTERM');
		const hurry = setTimeout(() => this.kill('SIGKILL'), patience);
		await this.exit;
		clearTimeout(hurry);
	}
}

/**
 * `ownGroup`: the process and its children can be killed together, and the terminal's Ctrl-C goes to us alone.
 */
export function startService(name, command, args, { cwd = root, env = process.env, log, ownGroup = true } = {}) {
	mkdirSync(logs, { recursive: true });
	const logFile = log ?? join(logs, `${name}.log`);
	const output = openSync(logFile, 'w');
	const child = spawn(command, args, { cwd, env, stdio: ['ignore', output, output], detached: ownGroup && !isWindows });
	closeSync(output);
	return new Service(name, logFile, child, ownGroup);
}

/** Runs a command to its end, its output in `<logs>/<name>.log`; a failure shows the end of that log. */
export async function run(name, command, args, options = {}) {
	const service = startService(name, command, args, options);
	const code = await service.exit;
	if (code !== 0) {
		throw new Error(`${name} failed (${code}). The end of ${service.logFile}:\n\n${tail(service.logFile)}`);
	}
}

/** Runs npm: the one that runs us, where there is one. */
export async function runNpm(name, args, options = {}) {
	const ours = process.env.npm_execpath;
	const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
	if (ours && basename(ours).startsWith('npm')) {
		return await run(name, process.execPath, [ours, ...args, ...quiet], options);
	}
	if (isWindows) return await run(name, 'cmd.exe', ['/c', 'npm', ...args, ...quiet], options);
	return await run(name, 'npm', [...args, ...quiet], options);
}

/** Runs a command in the foreground, on our own terminal, and resolves to its exit code. */
export async function runInForeground(command, args, { cwd = root, env = process.env } = {}) {
	const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
	return await new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', (code) => resolve(code ?? 1));
	});
}

/** Asks `check` again and again until it is true; fails at once when the service ends. */
export async function waitUntilReady(service, check, timeout = 240_000) {
	const deadline = Date.now() + timeout;
	while (!(await check().catch(() => false))) {
		if (service.ended) throw new Error(`${service.name} has stopped. The end of ${service.logFile}:\n\n${tail(service.logFile)}`);
		if (Date.now() > deadline) throw new Error(`${service.name} did not become ready. Its log is ${service.logFile}`);
		await new Promise((resolve) => setTimeout(resolve, 250));
	}
}

export async function stopAll() {
	await Promise.all([...running].map(async (service) => await service.stop()));
}

/** Stops everything on Ctrl-C, `kill` and a closed terminal; a second Ctrl-C does not wait. */
export function stopEverythingOnSignals(onStop = () => {}) {
	let stopping = false;
	const stop = async (signal) => {
		if (stopping) return process.exit(130);
		stopping = true;
		onStop(signal);
		await stopAll();
		process.exit(0);
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(signal));
	process.on('exit', () => {
		for (const service of running) service.kill('SIGKILL');
	});
}
