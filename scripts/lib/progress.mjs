const onTerminal = Boolean(process.stdout.isTTY);

/** Prints a line. */
export function say(text = '') {
	process.stdout.write(`${text}\n`);
}

/** 75_000 -> '1m 15s'. */
export function duration(milliseconds) {
	const seconds = Math.round(milliseconds / 1000);
	return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}

/**
 * Runs one phase of the set-up and shows that it is alive: a ticking clock on a terminal,
 * a line every half a minute in a log.
 */
export async function step(title, action) {
	const started = Date.now();
	const elapsed = () => duration(Date.now() - started);
	const show = onTerminal
		? () => process.stdout.write(`\r\x1b[K… ${title} (${elapsed()})`)
		: () => say(`… ${title} (${elapsed()})`);
	const finish = (mark) => say(`${onTerminal ? '\r\x1b[K' : ''}${mark} ${title} (${elapsed()})`);

	if (onTerminal) show();
	else say(`… ${title}`);
	const heartbeat = setInterval(show, onTerminal ? 1_000 : 30_000);
	try {
		const result = await action();
		finish('✓');
		return result;
	} catch (error) {
		finish('✗');
		throw error;
	} finally {
		clearInterval(heartbeat);
	}
}
