import type { FastifyInstance, RouteOptions } from 'fastify';

declare module 'fastify' {
	interface FastifyInstance {
		/** Every route of the server, as it was registered. */
		routeList: { method: string; url: string }[];
	}
}

/** Remembers every route, to tell "no such path" from "no such verb on this path". */
export function routePatterns(app: FastifyInstance): (path: string) => boolean {
	const routes: RouteOptions[] = [];
	app.decorate('routeList', []);
	app.addHook('onRoute', (route) => {
		const { url, method } = route;
		routes.push(route);
		app.routeList.push(...[method].flat().map((verb) => ({ method: verb, url })));
	});
	let compiled: RegExp[] | undefined;
	return (path) => {
		compiled ??= [...new Set(routes.filter(isCommon).map(({ url }) => url))].map(toRegExp);
		return compiled.some((pattern) => pattern.test(path));
	};
}

/** Of the API, and of every host. */
const isCommon = ({ url, constraints }: RouteOptions): boolean => /^\/(?:api\/|v1\.0|v3|oauth2)/.test(url) && constraints?.host === undefined;

/** `/leads/:id(^\\d+$)/notes` as one expression over whole paths. */
export function toRegExp(url: string): RegExp {
	const source = url.replace(/:\w+(?:\(\^?(.*?)\$?\)(?=\/|$))?|\*$/g, (part, own?: string) => (part === '*' ? '.*' : own === undefined ? '[^/]+' : `(${own})`));
	return new RegExp(`^${source}$`);
}
