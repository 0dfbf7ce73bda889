import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server that takes webhooks and remembers them. */
export interface Receiver {
	url: string;
	/** One entry per request, in order of arrival: `leads[add][0][id]` -> value, keys in their order on the wire. */
	hooks: { raw: string; type: string; pairs: [string, string][]; get(key: string): string | undefined }[];
	/** Status of the next answers; `hang`: none at all. */
	answer: number | 'hang';
	close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const raw = Buffer.concat(chunks).toString('utf8');
			const pairs = [...new URLSearchParams(raw)];
			receiver.hooks.push({ raw, type: request.headers['content-type'] ?? '', pairs, get: (key) => pairs.find(([name]) => name === key)?.[1] });
			if (receiver.answer === 'hang') return;
			response.statusCode = receiver.answer;
			response.end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const receiver: Receiver = {
		url: `http://127.0.0.1:${port}/hook`,
		hooks: [],
		answer: 200,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return receiver;
}
