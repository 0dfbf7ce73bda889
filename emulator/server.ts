import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { boardRoutes } from './board';
import { downloadRoutes, driveRoutes } from './drive/routes';
import { registerBodyParsers } from './http/body';
import { fullUrl, PROBLEM } from './http/envelope';
import { FaultAnswer, registerGuards, sendFault } from './http/guards';
import { BareAnswer, nginxPage, Problem } from './http/problems';
import { parseQuery } from './http/query';
import { routePatterns } from './http/routePatterns';
import { refuseStrangers } from './http/visitors';
import { oauthRoutes } from './oauth/routes';
import type { EmulatorOptions } from './options';
import { apiRoutes, v2Routes } from './routes';
import { controlRoutes } from './routes/control';
import { currentUserRoute } from './routes/users';
import type { StaffedWorld } from './staffedWorld';

/** Puts the account behind HTTP. */
export async function buildServer(world: StaffedWorld, options: EmulatorOptions): Promise<FastifyInstance> {
	const app = await bareServer(options);
	const allows = routePatterns(app);
	registerGuards(app, world);
	await registerBodyParsers(app);
	app.setNotFoundHandler((request, reply) => sendMissingRoute(request, reply, allows));
	boardRoutes(app, world);
	oauthRoutes(app, world);
	currentUserRoute(app, world);
	await app.register(async (control) => controlRoutes(control, world), { prefix: '/__emulator' });
	await app.register(async (api) => apiRoutes(api, world), { prefix: '/api/v4' });
	await app.register(async (api) => v2Routes(api, world), { prefix: '/api/v2' });
	await app.register(async (drive) => driveHost(drive, world));
	return app;
}

/** The host of the files: another origin than the account's, the same tokens. facts: extended 8 */
export async function buildDriveServer(world: StaffedWorld, options: EmulatorOptions): Promise<FastifyInstance> {
	const app = await bareServer(options);
	const allows = routePatterns(app);
	registerGuards(app, world);
	await registerBodyParsers(app);
	app.setNotFoundHandler((request, reply) => sendMissingRoute(request, reply, allows));
	await app.register(async (drive) => filesHost(drive, world));
	return app;
}

async function filesHost(app: FastifyInstance, world: StaffedWorld): Promise<void> {
	downloadRoutes(app, world);
	await app.register(async (drive) => driveRoutes(drive, world), { prefix: '/v1.0' });
}

/** Clients that do not ask the account for its `drive_url` take `drive.amocrm.ru`, and that name leads here. facts: extended 8, 12 */
async function driveHost(app: FastifyInstance, world: StaffedWorld): Promise<void> {
	app.addHook('onRoute', (route) => {
		route.constraints = { ...route.constraints, host: /^drive(?:-\w+)?\./i };
	});
	await filesHost(app, world);
}

export async function bareServer({ logger = false, tls, allowedHosts }: EmulatorOptions): Promise<FastifyInstance> {
	const shared = {
		logger,
		bodyLimit: 20 * 1024 * 1024,
		forceCloseConnections: true,
		routerOptions: { querystringParser: parseQuery, maxParamLength: 4_000 },
		genReqId: () => randomUUID(),
		rewriteUrl: ({ url = '/' }: { url?: string }) => url.replace(/^[^?]*/, plainPath),
		frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void sendError(error, request, reply),
	};
	// The two signatures differ only in the type of the raw server.
	const app = (tls ? Fastify({ ...shared, https: tls }) : Fastify(shared)) as unknown as FastifyInstance;
	app.setErrorHandler(sendError);
	refuseStrangers(app, allowedHosts);
	return app;
}

/** Doubled slashes work on live accounts, and so does one at the end of what programs call. facts: extended 12 */
const plainPath = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/^(\/(?:api|oauth2|v3|v1\.0)\/.*)\/$/, '$1');

/** facts: core 3.2. A known path with a wrong verb: 405 without a body; an unknown path: the address in the text. */
function sendMissingRoute(request: FastifyRequest, reply: FastifyReply, allows: (path: string) => boolean): FastifyReply {
	const [path = ''] = request.url.split('?');
	if (allows(path)) return reply.code(405).send();
	return sendProblem(reply, new Problem(404, 'Not Found', `Cannot ${request.method} ${fullUrl(request)}!`));
}

export const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply =>
	reply.code(problem.status).type(PROBLEM).send(JSON.stringify(problem));

/** Returns nothing: Fastify would wait for a returned reply, and take a caller that has left for one more error. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
	// Nobody is there to hear it: the caller, or a fault plan, has cut the connection.
	if (request.raw.socket.destroyed) reply.hijack();
	else answerError(error, request, reply);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	if (error instanceof Problem) return sendProblem(reply, error);
	if (error instanceof FaultAnswer) return sendFault(reply, error.fault);
	if (error instanceof BareAnswer) {
		return error.html ? reply.code(error.status).type('text/html').send(error.html) : reply.code(error.status).send();
	}
	const { statusCode = 500, message = '' } = error as Partial<FastifyError>;
	if (statusCode < 500) return sendProblem(reply, new Problem(statusCode, 'Bad Request', message));
	// A defect of the emulator itself: amoCRM would show the same page, but the developer needs the stack.
	console.error(request.method, request.url, error);
	return reply.code(500).type('text/html').send(nginxPage(500, 'Internal Server Error'));
}
