export default {
  optimizeDeps: { exclude: ['crop64'] },
};
