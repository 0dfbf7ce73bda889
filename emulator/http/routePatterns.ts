import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
	interface FastifyInstance {
		/** Every route of the server, as it was registered. */
		routeList: { method: string; url: string }[];
	}
}

/** Remembers every route, to tell "no such path" from "no such verb on this path". */
export function routePatterns(app: FastifyInstance): (path: string) => boolean {
	const patterns = new Set<string>();
	app.decorate('routeList', []);
	app.addHook('onRoute', ({ url, method }) => {
		patterns.add(url);
		app.routeList.push(...[method].flat().map((verb) => ({ method: verb, url })));
	});
	let compiled: RegExp[] | undefined;
	return (path) => {
		compiled ??= [...patterns].filter((url) => url.startsWith('/api/') || url.startsWith('/v1.0') || url.startsWith('/oauth2')).map(toRegExp);
		return compiled.some((pattern) => pattern.test(path));
	};
}

/** `/leads/:id(^\\d+$)/notes` as one expression over whole paths. */
function toRegExp(url: string): RegExp {
	const source = url
		.split('/')
		.map((part) => part.replace(/^:\w+\(\^?(.*?)\$?\)$/, '($1)').replace(/^:\w+$/, '[^/]+').replace(/^\*$/, '.*'))
		.join('/');
	return new RegExp(`^${source}$`);
}
