import type { FastifyReply } from 'fastify';
import { logRow } from './log';
import type { View } from './view';

/** Server-Sent Events: `log` carries a row of the log, `change` says that the page should be read again. */

/** Changes come in bursts (a batch of 250 rows is 250 changes); the page is read once for all of them. */
const BURST_MS = 120;
const HEARTBEAT_MS = 20_000;

export function streamChanges(view: View, reply: FastifyReply): void {
	const { world } = view;
	reply.hijack();
	const { raw } = reply;
	raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', connection: 'keep-alive' });
	raw.write('retry: 1000\n\n');
	let pending: NodeJS.Timeout | undefined;
	const announce = () => {
		pending ??= setTimeout(() => {
			pending = undefined;
			raw.write('event: change\ndata: \n\n');
		}, BURST_MS);
	};
	const unsubscribe = [
		world.changes.subscribe(announce),
		world.log.onAnswer((entry) => {
			raw.write(`event: log\ndata: ${logRow(view, entry).text.replace(/\s+/g, ' ')}\n\n`);
			// Pipelines, fields and tags change the board too, without a change of their own on the bus.
			if (entry.method !== 'GET' && entry.status < 300) announce();
		}),
	];
	const heartbeat = setInterval(() => raw.write(': \n\n'), HEARTBEAT_MS);
	raw.on('close', () => {
		clearTimeout(pending);
		clearInterval(heartbeat);
		for (const stop of unsubscribe) stop();
	});
}
