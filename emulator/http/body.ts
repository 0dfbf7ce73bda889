import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problems';
import { parseQuery } from './query';

/** Bodies: JSON whatever the declared type says (amoCRM does not insist), forms for the token endpoint, raw bytes for files. */
export async function registerBodyParsers(app: FastifyInstance): Promise<void> {
	app.removeAllContentTypeParsers();
	await app.register(formbody, { parser: parseQuery });
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
		if (request.routeOptions.config.rawBody) return done(null, body);
		const text = body.toString('utf8').trim();
		if (text === '') return done(null, undefined);
		try {
			return done(null, JSON.parse(text));
		} catch {
			return done(new Problem(400, 'Bad Request', 'Syntax error'));
		}
	});
}

declare module 'fastify' {
	interface FastifyContextConfig {
		/** Hand the body over as a Buffer. */
		rawBody?: boolean;
		/** Answers without an access token. */
		open?: boolean;
		/** Left out of the request log, limits and faults: pages and the control API. */
		internal?: boolean;
	}
}
