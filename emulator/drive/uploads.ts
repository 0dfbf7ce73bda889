import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireScope } from '../http/caller';
import { notFound, notSupportedChoice, Problem } from '../http/problems';
import { paymentRequired } from '../http/product';
import { parseObject } from '../validation/batch';
import type { World } from '../world';
import { findFile, presentFile, storeFile, usedBytes, type NewFile } from './files';

/** Uploading in parts, each to the address that the one before it answered. facts: extended 8 */

const MAX_FILE_SIZE = 314_572_800;
const MAX_PART_SIZE = 524_288;
const SESSION_SECONDS = 24 * 60 * 60;

const SESSION = z.strictObject({
	file_name: z.string().min(1).max(255),
	file_size: z.number().int().min(1).max(MAX_FILE_SIZE),
	content_type: z.string().nullish(),
	file_uuid: z.string().nullish(),
	with_preview: z.boolean().nullish(),
	created_by: z.strictObject({ id: z.number().int(), type: z.string() }).optional(),
});

interface Session {
	id: number;
	input: NewFile;
	size: number;
	parts: Buffer[];
	by: number;
	/** Part of the address that takes the next bytes; every part gets a new one. */
	token: string;
	expiresAt: number;
}

export function uploadRoutes(app: FastifyInstance, world: World): void {
	const { clock, switches } = world;
	const sessions = new Map<string, Session>();
	let lastId = 26_000;

	/** Opens the session's next address and closes the one before. */
	const advance = (session: Session): string => {
		sessions.delete(session.token);
		session.token = `${randomBytes(24).toString('base64url')}.${randomBytes(96).toString('base64url')}.${randomBytes(32).toString('base64url')}`;
		sessions.set(session.token, session);
		return `${world.driveUrl}/v1.0/sessions/upload/${session.token}`;
	};

	app.post('/sessions', (request) => {
		requireScope(request, 'files');
		const { file_size: size, ...input } = parseObject(request.body, SESSION, switches, ({ file_uuid }) =>
			!file_uuid || findFile(world, file_uuid) ? [] : [notSupportedChoice('file_uuid')],
		);
		if (usedBytes(world) + size > switches.driveQuota) throw paymentRequired('Storage limit exceeded');
		lastId += 1;
		const session: Session = { id: lastId, input, size, parts: [], by: request.caller.user.id, token: '', expiresAt: clock.seconds() + SESSION_SECONDS };
		return { session_id: session.id, upload_url: advance(session), max_file_size: MAX_FILE_SIZE, max_part_size: MAX_PART_SIZE };
	});

	app.post<{ Params: { token: string } }>('/sessions/upload/:token', { config: { rawBody: true } }, (request) => {
		const session = sessions.get(request.params.token);
		if (!session || session.expiresAt <= clock.seconds()) throw notFound('Upload session not found');
		const part = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
		const received = session.parts.reduce((sum, { length }) => sum + length, part.length);
		if (part.length === 0) throw new Problem(400, 'Bad Request', 'Empty part');
		if (part.length > MAX_PART_SIZE) throw new Problem(413, 'Payload Too Large', `A part holds at most ${MAX_PART_SIZE} bytes`);
		if (received > session.size) throw new Problem(400, 'Bad Request', 'More bytes than the session was opened for');
		session.parts.push(part);
		if (received < session.size) return { session_id: session.id, next_url: advance(session) };
		sessions.delete(session.token);
		return presentFile(world, storeFile(world, session.input, Buffer.concat(session.parts), session.by));
	});
}
