import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { productsOf, switchProducts } from '../catalogs/products';
import { requireAdmin } from '../http/caller';
import { sendJson } from '../http/envelope';
import { parseObject } from '../validation/batch';
import type { World } from '../world';

/** The products' switch: it makes their catalog. facts: extended 3.2 */
export function productRoutes(app: FastifyInstance, world: World): void {
	app.get('/catalogs/products/settings', (_request, reply) => sendJson(reply, { is_enabled: productsOf(world.account) !== undefined }));
	app.patch('/catalogs/products/settings', (request, reply) => {
		requireAdmin(request);
		const { is_enabled } = parseObject(request.body, z.strictObject({ is_enabled: z.boolean() }), world.switches);
		switchProducts(world, is_enabled, request.caller.user.id);
		return sendJson(reply, { is_enabled });
	});
}

/** The same in v2, as the vendor's page on products still has it; its table names the key `enable`, its sample `enabled`. */
export function productRoutesV2(app: FastifyInstance, world: World): void {
	const state = (method: string) => {
		const catalog = productsOf(world.account);
		const self = { href: '/api/v2/products_settings', method };
		return { is_enabled: catalog !== undefined, catalog_id: catalog?.id ?? null, _links: { self } };
	};
	const body = z.strictObject({ enable: z.boolean().optional(), enabled: z.boolean().optional() });
	for (const path of ['/products_settings', '/products_settings/']) {
		app.get(path, (_request, reply) => sendJson(reply, state('get')));
		app.post(path, (request, reply) => {
			requireAdmin(request);
			const { enable, enabled } = parseObject(request.body, body, world.switches);
			switchProducts(world, enable ?? enabled ?? false, request.caller.user.id);
			return sendJson(reply, state('post'));
		});
	}
}
