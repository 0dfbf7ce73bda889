import type { FastifyInstance } from 'fastify';
import { offsetAt } from '../fields/dates';
import { fullUrl, sendJson } from '../http/envelope';
import { withOf, type Query } from '../http/query';
import type { World } from '../world';

/** GET /account and its twelve `with` values. facts: core 4 */
export function accountRoutes(app: FastifyInstance, world: World): void {
	app.get('/account', (request, reply) => {
		const wants = withOf(request.query as Query);
		const { info } = world.account;
		const picked = (source: Record<string, () => unknown>) =>
			Object.fromEntries(Object.entries(source).flatMap(([key, value]) => (wants.has(key) ? [[key, value()]] : [])));
		const embedded = picked(embeds(world));
		return sendJson(reply, {
			id: info.id,
			name: info.name,
			subdomain: info.subdomain,
			created_at: info.created_at,
			created_by: info.created_by,
			updated_at: info.updated_at,
			updated_by: info.updated_by,
			current_user_id: request.caller.user.id,
			country: info.country,
			currency: info.currency,
			currency_symbol: info.currency_symbol,
			customers_mode: world.switches.customers === 402 ? 'unavailable' : info.customers_mode,
			is_unsorted_on: info.is_unsorted_on,
			mobile_feature_version: 0,
			is_loss_reason_enabled: info.is_loss_reason_enabled,
			is_helpbot_enabled: false,
			is_technical_account: false,
			contact_name_display_order: info.contact_name_display_order,
			...picked(extras(world)),
			_links: { self: { href: fullUrl(request) } },
			...(Object.keys(embedded).length > 0 ? { _embedded: embedded } : {}),
		});
	});
}

const extras = (world: World): Record<string, () => unknown> => ({
	amojo_id: () => world.account.info.amojo_id,
	uuid: () => world.account.info.uuid,
	version: () => 9,
	drive_url: () => world.driveUrl,
	is_api_filter_enabled: () => world.switches.isApiFilterEnabled,
	entity_names: () => entityNames(world),
	invoices_settings: () => ({ lang: world.account.language, invoices_catalog_id: world.account.invoicesCatalogId() ?? null }),
});

const embeds = (world: World): Record<string, () => unknown> => ({
	amojo_rights: () => ({ can_direct: true, can_create_groups: true }),
	users_groups: () => world.account.info.groups,
	task_types: () => world.account.info.task_types,
	datetime_settings: () => datetimeSettings(world),
});

function datetimeSettings({ account, clock }: World) {
	const { timezone } = account.info;
	const offset = offsetAt(clock.seconds(), timezone);
	const sign = offset < 0 ? '-' : '+';
	const two = (value: number) => String(value).padStart(2, '0');
	const minutes = Math.abs(offset) / 60;
	return {
		date_pattern: 'd.m.Y H:i',
		short_date_pattern: 'd.m.Y',
		short_time_pattern: 'H:i',
		date_format: 'd.m.Y',
		time_format: 'H:i:s',
		timezone,
		timezone_offset: `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
	};
}

function entityNames({ account }: World) {
	const forms = (singular: string, plural: string) => ({
		default: 'default',
		singular_form: { default: singular },
		plural_form: { default: plural },
	});
	return account.language === 'ru'
		? { leads: { ru: { ...forms('Сделка', 'Сделки'), gender: 'f' } } }
		: { leads: { en: { ...forms('Lead', 'Leads'), gender: 'm' } } };
}
