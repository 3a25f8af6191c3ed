import org.jspecify.annotations.NullMarked;

/** The layers of Tenon: norms, positions, attentions, feed-forwards and caches. */
@NullMarked
module org.tenon.layers {
    requires transitive org.tenon.api;
}
