import type { AmoContext } from './amoContext';
import { callsOf, firstId, rowsOf } from './calls';

/** @shevernitskiy/amo: what an account is made of: pipelines, fields, lists, customers. */

export const SETTINGS = [
	...callsOf<AmoContext>('pipeline', {
		async getPipelines({ amo }) {
			expect(rowsOf(await amo.pipeline?.getPipelines?.(), 'pipelines')).toHaveLength(2);
		},
		async addPipelines({ amo, ids }) {
			const answer = await amo.pipeline?.addPipelines?.([
				{
					name: 'Service',
					sort: 30,
					is_main: false,
					is_unsorted_on: true,
					_embedded: {
						statuses: [
							{ name: 'Asked', sort: 20, color: '#fffeb2' },
							{ id: 142, name: 'Served' },
						],
					},
				},
			]);
			ids.pipeline = firstId(answer, 'pipelines');
		},
		async getPipelineById({ amo, ids }) {
			const answer = await amo.pipeline?.getPipelineById?.(ids.pipeline);
			expect(rowsOf(answer, 'statuses').map(({ name }) => name)).toEqual(expect.arrayContaining(['Asked', 'Served']));
		},
		async updatePipelinesById({ amo, ids, emulator }) {
			await amo.pipeline?.updatePipelinesById?.(ids.pipeline, { name: 'Repairs' });
			expect(emulator.account.pipelines.get(ids.pipeline ?? 0)?.name).toBe('Repairs');
		},
		async addStatuses({ amo, ids }) {
			ids.stage = firstId(await amo.pipeline?.addStatuses?.(ids.pipeline, [{ name: 'In work', sort: 40, color: '#d6eaff' }]), 'statuses');
		},
		async getStatusesByPipelineId({ amo, ids }) {
			expect(rowsOf(await amo.pipeline?.getStatusesByPipelineId?.(ids.pipeline), 'statuses')).toEqual(
				expect.arrayContaining([expect.objectContaining({ id: ids.stage })]),
			);
		},
		async getStatusesById({ amo, ids }) {
			expect(await amo.pipeline?.getStatusesById?.(ids.stage, ids.pipeline)).toMatchObject({ name: 'In work', pipeline_id: ids.pipeline });
		},
		async updateStatusById({ amo, ids }) {
			expect(await amo.pipeline?.updateStatusById?.(ids.stage, ids.pipeline, { name: 'At the bench' })).toMatchObject({
				name: 'At the bench',
			});
		},
		async deleteStatusById({ amo, ids, emulator }) {
			await amo.pipeline?.deleteStatusById?.(ids.stage, ids.pipeline);
			expect(emulator.account.status(ids.pipeline ?? 0, ids.stage ?? 0)).toBeUndefined();
		},
		async deletePipelineById({ amo, ids, emulator }) {
			await amo.pipeline?.deletePipelineById?.(ids.pipeline);
			expect(emulator.account.pipelines.has(ids.pipeline ?? 0)).toBe(false);
		},
	}),
	...callsOf<AmoContext>('custom_fields', {
		async addCustomFields({ amo, ids }) {
			const fields = [
				{
					name: 'Wood',
					type: 'select',
					enums: [
						{ value: 'Oak', sort: 1 },
						{ value: 'Ash', sort: 2 },
					],
				},
			];
			ids.field = firstId(await amo.custom_fields?.addCustomFields?.('leads', fields), 'custom_fields');
		},
		async getCustomFields({ amo, ids }) {
			expect(rowsOf(await amo.custom_fields?.getCustomFields?.('leads', undefined, { limit: 50 }), 'custom_fields')).toEqual(
				expect.arrayContaining([expect.objectContaining({ id: ids.field })]),
			);
		},
		async getCustomFieldById({ amo, ids }) {
			expect(await amo.custom_fields?.getCustomFieldById?.(ids.field, 'leads')).toMatchObject({
				name: 'Wood',
				enums: [{ value: 'Oak' }, { value: 'Ash' }],
			});
		},
		async updateCustomFields({ amo, ids }) {
			expect(
				rowsOf(await amo.custom_fields?.updateCustomFields?.('leads', [{ id: ids.field, name: 'Timber' }]), 'custom_fields'),
			).toMatchObject([{ name: 'Timber' }]);
		},
		async updateCustomFieldById({ amo, ids }) {
			expect(await amo.custom_fields?.updateCustomFieldById?.(ids.field, 'leads', { sort: 3 })).toMatchObject({ id: ids.field, sort: 3 });
		},
		addCustomFieldsGroups: {
			fault: 'posts groups to /custom_fields instead of /custom_fields/groups',
			async run({ amo }) {
				await expect(amo.custom_fields?.addCustomFieldsGroups?.('leads', [{ name: 'Extra', sort: 10 }])).rejects.toMatchObject({
					response: { 'validation-errors': [{ errors: [{ path: 'type' }] }] },
				});
			},
		},
		async getCustomFieldsGroups({ amo, texts, domain, emulator }) {
			const { accessToken } = emulator.issueToken();
			const made = await fetch(`https://${domain}/api/v4/leads/custom_fields/groups`, {
				method: 'POST',
				headers: { authorization: `Bearer ${accessToken}` },
				body: JSON.stringify([{ name: 'Extra', sort: 10 }]),
			});
			texts.group = String(firstId(await made.json(), 'custom_field_groups'));
			expect(rowsOf(await amo.custom_fields?.getCustomFieldsGroups?.('leads'), 'custom_field_groups')).toEqual(
				expect.arrayContaining([expect.objectContaining({ id: texts.group })]),
			);
		},
		async getCustomFieldsByGroupId({ amo, texts }) {
			expect(await amo.custom_fields?.getCustomFieldsByGroupId?.(texts.group, 'leads')).toMatchObject({ name: 'Extra' });
		},
		async updateCustomFieldsGroupById({ amo, texts }) {
			expect(await amo.custom_fields?.updateCustomFieldsGroupById?.(texts.group, 'leads', { name: 'More' })).toMatchObject({
				name: 'More',
			});
		},
		async deleteCustomFieldsGroupById({ amo, texts }) {
			await amo.custom_fields?.deleteCustomFieldsGroupById?.(texts.group, 'leads');
			await expect(amo.custom_fields?.getCustomFieldsByGroupId?.(texts.group, 'leads')).rejects.toThrow();
		},
		async deleteCustomFieldById({ amo, ids, emulator }) {
			await amo.custom_fields?.deleteCustomFieldById?.(ids.field, 'leads');
			expect(emulator.account.customFields.has(ids.field ?? 0)).toBe(false);
		},
	}),
	...callsOf<AmoContext>('catalog', {
		async addCatalogs({ amo, ids }) {
			ids.catalog = firstId(
				await amo.catalog?.addCatalogs?.([{ name: 'Samples', type: 'regular', sort: 10, can_add_elements: true, can_link_multiple: true }]),
				'catalogs',
			);
		},
		async getCatalogs({ amo, ids }) {
			expect(rowsOf(await amo.catalog?.getCatalogs?.({ limit: 250 }), 'catalogs')).toEqual(
				expect.arrayContaining([expect.objectContaining({ id: ids.catalog })]),
			);
		},
		async getCatalogById({ amo, ids }) {
			expect(await amo.catalog?.getCatalogById?.(ids.catalog)).toMatchObject({ name: 'Samples', type: 'regular' });
		},
		async updateCatalogs({ amo, ids }) {
			expect(rowsOf(await amo.catalog?.updateCatalogs?.([{ id: ids.catalog, name: 'Swatches' }]), 'catalogs')).toMatchObject([
				{ name: 'Swatches' },
			]);
		},
		async updateCatalogById({ amo, ids }) {
			expect(await amo.catalog?.updateCatalogById?.(ids.catalog, { sort: 20 })).toMatchObject({ name: 'Swatches', sort: 20 });
		},
		addCatalogElements: {
			fault: 'posts elements to /catalogs/{id} instead of /catalogs/{id}/elements',
			async run({ amo, ids, domain, emulator }) {
				await expect(amo.catalog?.addCatalogElements?.(ids.catalog, [{ name: 'Oak' }])).rejects.toThrow();
				const { accessToken } = emulator.issueToken();
				const made = await fetch(`https://${domain}/api/v4/catalogs/${ids.catalog}/elements`, {
					method: 'POST',
					headers: { authorization: `Bearer ${accessToken}` },
					body: JSON.stringify([{ name: 'Oak' }]),
				});
				ids.element = firstId(await made.json(), 'elements');
			},
		},
		async getCatalogElementsByCatalogId({ amo, ids }) {
			expect(rowsOf(await amo.catalog?.getCatalogElementsByCatalogId?.(ids.catalog, { query: 'oak' }), 'elements')).toMatchObject([
				{ id: ids.element },
			]);
		},
		async getCatalogElementById({ amo, ids }) {
			expect(await amo.catalog?.getCatalogElementById?.(ids.element, ids.catalog)).toMatchObject({ name: 'Oak', catalog_id: ids.catalog });
		},
		async updateCatalogElements({ amo, ids }) {
			expect(
				rowsOf(await amo.catalog?.updateCatalogElements?.(ids.catalog, [{ id: ids.element, name: 'Old oak' }]), 'elements'),
			).toMatchObject([{ name: 'Old oak' }]);
		},
		async updateCatalogElementById({ amo, ids }) {
			expect(await amo.catalog?.updateCatalogElementById?.(ids.element, ids.catalog, { name: 'Bog oak' })).toMatchObject({
				name: 'Bog oak',
			});
		},
	}),
	...callsOf<AmoContext>('product', {
		async enableProducts({ amo, ids }) {
			const answer = (await amo.product?.enableProducts?.(true)) as { catalog_id: number };
			expect(answer).toMatchObject({ is_enabled: true, catalog_id: expect.any(Number) });
			expect(await amo.catalog?.getCatalogById?.(answer.catalog_id)).toMatchObject({ type: 'products' });
			ids.products = answer.catalog_id;
		},
		async getStatusProducts({ amo, ids }) {
			expect(await amo.product?.getStatusProducts?.()).toMatchObject({ is_enabled: true, catalog_id: ids.products });
		},
	}),
	...callsOf<AmoContext>('customer', {
		async updateCustomersMode({ amo, emulator }) {
			expect(await amo.customer?.updateCustomersMode?.({ mode: 'periodicity', is_enabled: true })).toMatchObject({
				mode: 'periodicity',
				is_enabled: true,
			});
			expect(emulator.account.info.customers_mode).toBe('periodicity');
		},
		async addCustomers({ amo, ids }) {
			ids.customer = firstId(
				await amo.customer?.addCustomers?.([{ name: 'Regular', next_price: 300, next_date: 1_900_000_000 }]),
				'customers',
			);
		},
		async getCustomers({ amo, ids }) {
			expect(rowsOf(await amo.customer?.getCustomers?.({ with: ['contacts'] }), 'customers')).toMatchObject([{ id: ids.customer }]);
		},
		async getCustomerById({ amo, ids }) {
			expect(await amo.customer?.getCustomerById?.(ids.customer)).toMatchObject({ name: 'Regular', next_price: 300, ltv: 0 });
		},
		async updateCustomers({ amo, ids, emulator }) {
			await amo.customer?.updateCustomers?.([{ id: ids.customer, next_price: 400 }]);
			expect(emulator.account.customers.get(ids.customer ?? 0)?.next_price).toBe(400);
		},
		async updateCustomerById({ amo, ids, emulator }) {
			await amo.customer?.updateCustomerById?.(ids.customer, { name: 'Loyal' });
			expect(emulator.account.customers.get(ids.customer ?? 0)?.name).toBe('Loyal');
		},
		async addTransactionsToCustomer({ amo, ids }) {
			ids.transaction = firstId(
				await amo.customer?.addTransactionsToCustomer?.(ids.customer, [{ price: 120, comment: 'Chair' }]),
				'transactions',
			);
		},
		async getTransactions({ amo, ids }) {
			expect(rowsOf(await amo.customer?.getTransactions?.(), 'transactions')).toMatchObject([{ id: ids.transaction, price: 120 }]);
		},
		async getTransactionsByCustomerId({ amo, ids }) {
			expect(rowsOf(await amo.customer?.getTransactionsByCustomerId?.(ids.customer), 'transactions')).toMatchObject([
				{ customer_id: ids.customer },
			]);
		},
		async deleteTransactionsById({ amo, ids }) {
			await amo.customer?.deleteTransactionsById?.(ids.transaction);
			expect(await amo.customer?.getCustomerById?.(ids.customer)).toMatchObject({ ltv: 0, purchases_count: 0 });
		},
		async updateBonusPointsByCustomerId({ amo, ids }) {
			expect(await amo.customer?.updateBonusPointsByCustomerId?.(ids.customer, { earn: 50 })).toEqual({ bonus_points: 50 });
		},
		async getCustomerSubscriptionById({ amo, ids }) {
			expect(rowsOf(await amo.customer?.getCustomerSubscriptionById?.(ids.customer), 'subscriptions')).toHaveLength(1);
		},
	}),
	...callsOf<AmoContext>('status', {
		async addStatuses({ amo, ids }) {
			ids.customerStatus = firstId(await amo.status?.addStatuses?.([{ name: 'Sleeping', sort: 90, color: '#c1e0ff' }]), 'statuses');
		},
		async getStatuses({ amo, ids }) {
			expect(rowsOf(await amo.status?.getStatuses?.(), 'statuses')).toEqual(
				expect.arrayContaining([expect.objectContaining({ id: ids.customerStatus })]),
			);
		},
		async getStatuseById({ amo, ids }) {
			expect(await amo.status?.getStatuseById?.(ids.customerStatus)).toMatchObject({ name: 'Sleeping' });
		},
		async updateStatusById({ amo, ids }) {
			expect(await amo.status?.updateStatusById?.(ids.customerStatus, { name: 'Dozing' })).toMatchObject({ name: 'Dozing' });
		},
		async deleteStatusById({ amo, ids, emulator }) {
			await amo.status?.deleteStatusById?.(ids.customerStatus);
			expect(emulator.account.customerStatuses.has(ids.customerStatus ?? 0)).toBe(false);
		},
	}),
	...callsOf<AmoContext>('segment', {
		async addSegment({ amo, ids, emulator }) {
			emulator.account.info.customers_mode = 'segments';
			const answer = (await amo.segment?.addSegment?.({ name: 'VIP', color: 'ae003f' })) as { id: number };
			expect(answer).toMatchObject({ name: 'VIP', color: 'ae003f' });
			ids.segment = answer.id;
		},
		async getSegments({ amo, ids }) {
			expect(rowsOf(await amo.segment?.getSegments?.(), 'segments')).toMatchObject([{ id: ids.segment }]);
		},
		async getSegmenteById({ amo, ids }) {
			expect(await amo.segment?.getSegmenteById?.(ids.segment)).toMatchObject({ name: 'VIP', customers_count: 0 });
		},
		async updateSegmentById({ amo, ids }) {
			expect(await amo.segment?.updateSegmentById?.(ids.segment, { name: 'Very VIP' })).toMatchObject({ name: 'Very VIP' });
		},
		async deleteSegmentById({ amo, ids, emulator }) {
			await amo.segment?.deleteSegmentById?.(ids.segment);
			expect(emulator.account.segments.has(ids.segment ?? 0)).toBe(false);
		},
	}),
];
