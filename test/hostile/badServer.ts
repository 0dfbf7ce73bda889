import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server in front of an emulated account that passes requests on, and answers some of them badly. */
export interface BadServer {
	url: string;
	/** `POST /api/v4/leads`, in order of arrival. */
	received: string[];
	/** From now on, every request whose method and path match is answered like this. */
	misbehave(requests: RegExp, mischief: Mischief): void;
	close(): Promise<void>;
}

export interface Exchange {
	request: IncomingMessage;
	response: ServerResponse;
	/** How many requests were answered badly before. */
	count: number;
	/** What the account does with the request and answers; without it, nothing happens there. */
	pass(path?: string): Promise<Passed>;
}

interface Passed {
	status: number;
	headers: IncomingHttpHeaders;
	text: string;
}

export type Mischief = (exchange: Exchange) => Promise<void> | void;

export async function openBadServer(account: string): Promise<BadServer> {
	const received: string[] = [];
	let matches = /$^/;
	let mischief: Mischief = () => undefined;
	let count = 0;
	const server = createServer((request, response) => {
		void answer(request, response);
	});
	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await textOf(request);
		const name = `${request.method} ${(request.url ?? '').split('?')[0]}`;
		received.push(name);
		const pass = async (path = request.url ?? '/'): Promise<Passed> => await forward(account, request, path, body);
		// What fails here, fails because the other end has left.
		const failed = () => response.destroy();
		if (matches.test(name)) await Promise.resolve(mischief({ request, response, count: count++, pass })).catch(failed);
		else await pass().then(({ status, headers, text }) => send(response, status, text, headers)).catch(failed);
	}
	server.keepAliveTimeout = 1;
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://localhost:${(server.address() as AddressInfo).port}`,
		received,
		misbehave(requests, how) {
			matches = requests;
			mischief = how;
			count = 0;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

export function send(response: ServerResponse, status: number, text: string | Buffer, headers: IncomingHttpHeaders = {}): void {
	const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !['connection', 'transfer-encoding', 'content-length'].includes(name)));
	const length = status === 204 || status === 304 ? {} : { 'content-length': Buffer.byteLength(text) };
	response.writeHead(status, { 'content-type': 'application/hal+json', ...kept, ...length }).end(text);
}

async function forward(account: string, { method, headers }: IncomingMessage, path: string, body: string): Promise<Passed> {
	return await new Promise((resolve, reject) => {
		const request = httpRequest(new URL(path, account), { method, headers: { ...headers, connection: 'close' } }, (response) => {
			textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }), reject);
		});
		request.on('error', reject).end(body);
	});
}

async function textOf(stream: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}
