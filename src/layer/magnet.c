/* The strongest magnet in plain words, where the status line (else the header) has room left: as
 * long a sentence as that takes; left out while the pointer asks about another place. */
#include "layer/layer.h"
#include "scene/sentence.h"

#define AIR_PX  22.0 /* to what stands before and after it */
#define MARK_PX 14.0 /* room of its disc */

/* The cluster in view of the filters that pulls most; NULL: none. */
static const struct map_cluster *find_strongest(const struct layer_context *context,
                                                const struct scene_map *map) {
    const struct settings *settings = context->settings;
    const struct map_cluster *strongest = NULL;
    double most = 0;
    for (int i = 0; i < map->cluster_count; i++) {
        const struct map_cluster *cluster = &map->clusters[i];
        enum settings_side other = cluster->side == 0 ? SETTINGS_SIDE_SHORT : SETTINGS_SIDE_LONG;
        double share = sentence_cluster_usd(cluster, settings->band_hidden) / cluster->usd;
        if (settings->side != other && cluster->magnet_usd * share > most) {
            strongest = cluster;
            most = cluster->magnet_usd * share;
        }
    }
    return strongest;
}

struct gap {
    double left, right;
};

/* The widest stretch of a line that no text has taken. */
static struct gap find_gap(const struct layer_context *context, double top, double bottom) {
    const struct labels *labels = context->labels;
    double s = context->layout->scale;
    struct gap widest = {0, 0};
    double left = 16 * s;
    while (left < labels->width_px) {
        double right = labels->width_px - 16 * s; /* where the next text begins */
        double next = labels->width_px;           /* and where it ends */
        for (int i = 0; i < labels->count; i++) {
            const struct camera_rect *taken = &labels->boxes[i].rect;
            bool on_line = taken->y < bottom && top < taken->y + taken->h;
            if (on_line && taken->x + taken->w > left && taken->x < right) {
                right = taken->x;
                next = taken->x + taken->w;
            }
        }
        if (right - left > widest.right - widest.left) {
            widest = (struct gap){left, right};
        }
        left = next;
    }
    return widest;
}

/* As long a sentence as the line has room for. False: not even the shortest. */
static bool put_on_line(struct layer_context *context, const struct map_cluster *cluster,
                        double top, double bottom, double middle_y) {
    double s = context->layout->scale;
    struct gap gap = find_gap(context, top, bottom);
    for (int length = 0; length < SENTENCE_LENGTH_COUNT; length++) {
        char text[SENTENCE_BYTES];
        struct label label = {
            .utf8 = layer_cluster_sentence(context, cluster, (enum sentence_length)length, text),
            .size_px = THEME_STATUS_PX,
            .color = context->theme->text,
            .x = gap.left + (AIR_PX + MARK_PX) * s,
            .middle_y = middle_y};
        struct camera_rect box = labels_measure(context->labels, &label);
        if (box.x + box.w + AIR_PX * s < gap.right && labels_add(context->labels, &label)) {
            canvas_set_list(context->canvas, CANVAS_OVER);
            canvas_add_disc(
                context->canvas, box.x - MARK_PX / 2 * s - 2 * s, middle_y, 4.5 * s,
                cluster->side == 0 ? 0 : 1.8 * s,
                layer_side_color(context, cluster->side == 0 ? POS_LONG : POS_SHORT, 0.84, 255));
            return true;
        }
    }
    return false;
}

void magnet_draw(struct layer_context *context) {
    const struct scene_map *map = layer_map_now(context);
    const struct map_cluster *cluster = map != NULL ? find_strongest(context, map) : NULL;
    const struct camera_rect *status = &context->layout->status;
    const struct camera_rect *header = &context->layout->header;
    if (cluster == NULL || context->frame->pointer_inside) {
        return;
    }
    double middle = header->h * 0.74;
    double half = 9 * context->layout->scale;
    if (status->h <= 0 || !put_on_line(context, cluster, status->y, status->y + status->h,
                                       status->y + status->h / 2)) {
        put_on_line(context, cluster, middle - half, middle + half, middle);
    }
}
