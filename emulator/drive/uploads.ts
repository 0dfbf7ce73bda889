import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireScope } from '../http/caller';
import { notFound, notSupportedChoice, Problem } from '../http/problems';
import { paymentRequired } from '../http/product';
import { parseObject } from '../validation/batch';
import type { World } from '../world';
import { addVersion, findFile, presentFile, usedBytes } from './files';
import type { Session } from './storage';

/** Uploading in parts, each to the address that the one before it answered. facts: extended 8 */

const MAX_FILE_SIZE = 314_572_800;
/** Both are printed: sessions of an account may differ. */
const PART_SIZES = [524_288, 131_072] as const;
const SESSION_SECONDS = 24 * 60 * 60;

const SESSION = z.strictObject({
	file_name: z.string().min(1).max(255),
	file_size: z.number().int().min(1).max(MAX_FILE_SIZE),
	content_type: z.string().nullish(),
	file_uuid: z.string().nullish(),
	with_preview: z.boolean().nullish(),
	created_by: z.strictObject({ id: z.number().int(), type: z.string() }).optional(),
});

export function uploadRoutes(app: FastifyInstance, world: World): void {
	const { clock, storage, switches } = world;

	/** Opens the session's next address and closes the one before. */
	const advance = (session: Session): string => {
		storage.sessions.delete(session.token);
		session.token = `${randomBytes(24).toString('base64url')}.${randomBytes(96).toString('base64url')}.${randomBytes(32).toString('base64url')}`;
		storage.sessions.set(session.token, session);
		return `${world.driveUrl}/v1.0/sessions/upload/${session.token}`;
	};
	/** What a part may have now, in a session that was told another size, too. */
	const partSize = () => (switches.drivePartSize === 'changes' ? (PART_SIZES[storage.lastSession % 2] ?? PART_SIZES[0]) : switches.drivePartSize);
	const refuseMore = (size: number) => {
		if (usedBytes(world) + size > switches.driveQuota) throw paymentRequired('Storage limit exceeded');
	};

	app.post('/sessions', (request) => {
		requireScope(request, 'files');
		const { file_size: size, ...input } = parseObject(request.body, SESSION, switches, ({ file_uuid }) =>
			!file_uuid || findFile(world, file_uuid) ? [] : [notSupportedChoice('file_uuid')],
		);
		refuseMore(size);
		for (const other of storage.sessions.values()) if (other.expiresAt <= clock.seconds()) storage.drop(other);
		storage.lastSession += 1;
		const session: Session = {
			...{ id: storage.lastSession, input, size, received: 0, partSize: partSize(), hash: createHash('sha256'), head: Buffer.alloc(0) },
			...{ by: request.caller.user.id, token: '', expiresAt: clock.seconds() + SESSION_SECONDS },
		};
		return { session_id: session.id, upload_url: advance(session), max_file_size: MAX_FILE_SIZE, max_part_size: session.partSize };
	});

	app.post<{ Params: { token: string } }>('/sessions/upload/:token', { config: { rawBody: true } }, (request) => {
		const session = storage.sessions.get(request.params.token);
		if (!session || session.expiresAt <= clock.seconds()) throw notFound('Upload session not found');
		const part = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
		const received = session.received + part.length;
		const most = switches.drivePartSize === 'changes' ? session.partSize : Math.min(session.partSize, switches.drivePartSize);
		if (part.length === 0) throw new Problem(400, 'Bad Request', 'Empty part');
		if (part.length > most) throw new Problem(413, 'Payload Too Large', `A part holds at most ${most} bytes`);
		if (received > session.size) throw new Problem(400, 'Bad Request', 'More bytes than the session was opened for');
		// Others may have filled the storage meanwhile.
		if (received === session.size) refuseMore(session.size);
		storage.append(session, part);
		if (received < session.size) return { session_id: session.id, next_url: advance(session) };
		const uuid = randomUUID();
		return presentFile(world, addVersion(world, session.input, { uuid, session_id: session.id, ...storage.finish(session, uuid) }, session.by));
	});
}
