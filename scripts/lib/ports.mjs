import { connect, createServer } from 'node:net';

/** Listens for a moment to see whether a port is free; port 0 finds a free one. */
function tryPort(port, host) {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen({ port, host }, () => {
			const { port: opened } = server.address();
			server.close(() => resolve(opened));
		});
	});
}

/** Whether nothing listens on the port, on either loopback address: a browser may take `localhost` for both. */
export async function isPortFree(port) {
	for (const host of ['127.0.0.1', '::1']) {
		try {
			await tryPort(port, host);
		} catch (error) {
			if (['EADDRINUSE', 'EACCES'].includes(error.code)) return false;
			// No IPv6 on this machine: nothing to collide with.
		}
	}
	return true;
}

export async function freePort() {
	return await tryPort(0, '127.0.0.1');
}

/** True when something listens on the port; throws when nothing does. */
export function answersOn(port) {
	return new Promise((resolve, reject) => {
		const socket = connect({ port, host: '127.0.0.1' }, () => socket.end(() => resolve(true)));
		socket.once('error', reject);
	});
}
